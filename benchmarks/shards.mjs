// Runs the built command line on a section whose counts lie in shards of about 1 GB, as today's anndata writes them: does its memory
// stay within the plan, what is read of the shards, are the bits those of the same section in single chunks.
//   node benchmarks/shards.mjs [--size 1m] [--chunks-per-shard 256] [--workers 2] [--name shards-1m]
// On the disk and behind a range-only http server of this machine (20 ms), with inner chunks packed by zstd and unpacked. The shards are
// made from the section that bench.mjs --zarr-format 3 uses, in benchmarks/.cache, and removed in the end. Exits with 1 where memory
// or bytes are more than they may be, or bits differ. Writes results/<name>.json.
import { existsSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { farServer } from "./lib/far-server.mjs";
import { SIZES, TYPES } from "./lib/options.mjs";
import { CACHE } from "./lib/places.mjs";
import { proportionsDigest, runArguments } from "./lib/run-command.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { writeSharded } from "./lib/shard-store.mjs";
import { updateTables } from "./make-table.mjs";

const LATENCY = 20;
/** Most bytes of data and indices that a pass may read, over those that are stored. */
const MOST_BYTES_RATIO = 1.1;

const { values: given } = parseArgs({
  options: {
    size: { type: "string", default: "1m" },
    "chunks-per-shard": { type: "string", default: "256" },
    workers: { type: "string", default: "2" },
    name: { type: "string" },
  },
});
const chunksPerShard = Number(given["chunks-per-shard"]);
const where = circumstances();
const data = prepareDataSet({ ...SIZES[given.size], types: TYPES, zarrFormat: 3, compressor: "zstd" });
const folder = join(CACHE, "shards");
const wanted = await measure({ codec: "zstd", place: "disk", store: data.spatial });

const cases = [];
try {
  for (const codec of ["zstd", "none"]) {
    const { store, shardBytes } = writeSharded(data.spatial, folder, { chunksPerShard, codec });
    symlinkSync(data.reference, join(folder, "reference.zarr"));
    const stored = shardBytes.reduce((sum, bytes) => sum + bytes, 0);
    const facts = { codec, shard_bytes: shardBytes, stored_bytes: stored };
    cases.push({ ...facts, ...(await measure({ place: "disk", store, stored })) });
    const server = await farServer(folder);
    server.set({ latency: LATENCY });
    cases.push({ ...facts, ...(await measure({ place: "http", store, stored, server })) });
    await server.close();
    console.error(cases.slice(-2));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const isGood = (one) =>
  one.digest === wanted.digest &&
  one.peak_rss_bytes <= one.planned_bytes &&
  one.ratio_of_bytes <= MOST_BYTES_RATIO;
const result = {
  kind: "shards",
  ...where,
  data: data.facts,
  workers: Number(given.workers),
  chunks_per_shard: chunksPerShard,
  shard_decoded_bytes: chunksPerShard * data.facts.chunk_length * 4,
  latency_milliseconds: LATENCY,
  unsharded: wanted,
  cases,
  same_bits: cases.every(({ digest }) => digest === wanted.digest),
};
console.log(saveResult(given.name ?? `shards-${given.size}`, result));
updateTables();
process.exitCode = cases.every(isGood) ? 0 : 1;

async function measure({ place, store, stored = data.facts.stored_bytes, server }) {
  const out = join(CACHE, "shards-out.zarr");
  server?.reset();
  const stores = server
    ? { spatial: `${server.url}/spatial.zarr`, reference: `${server.url}/reference.zarr` }
    : { spatial: store, reference: data.reference };
  try {
    const { output, usage } = await runNode(runArguments(stores, out, ["--workers", given.workers]));
    // Of a disk all read calls count, the program's own code among them.
    const read = server ? server.counts().count_bytes : usage.bytes_read;
    return {
      place,
      wall_seconds: usage.wall_seconds,
      cpu_seconds: usage.cpu_seconds,
      peak_rss_bytes: usage.peak_rss_bytes,
      planned_bytes: output.memory.total_bytes,
      keeps: output.memory.keeps,
      requests: output.transfer.spatial?.requests ?? null,
      count_bytes_per_pass: read / 2,
      ratio_of_bytes: read / 2 / stored,
      digest: proportionsDigest(out),
    };
  } finally {
    if (existsSync(out)) rmSync(out, { recursive: true });
  }
}
