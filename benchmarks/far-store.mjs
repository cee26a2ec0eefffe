// Runs the built command line on a section behind a range-only http server of this machine, beside the same section on
// the disk (pnpm bench:far): once with 20 ms of latency, once with a fifth of the requests failing at random. Compares the
// bits of the results, seconds, requests, and peak memory with what was planned. Writes results/far-store.json.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { farServer } from "./lib/far-server.mjs";
import { median } from "./lib/median.mjs";
import { SIZES, TYPES } from "./lib/options.mjs";
import { CACHE } from "./lib/places.mjs";
import { proportionsDigest, runArguments } from "./lib/run-command.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const LATENCY = 20;
const FAILING = 0.2;
/** The runs that read over the network. */
const FAR = ["slow", "calm", "failing"];
const HELP = `pnpm bench:far [--size <10k|100k|1m>] [--repeat <rounds>] [--workers <count>]`;

const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    size: { type: "string", default: "100k" },
    repeat: { type: "string", default: "3" },
    workers: { type: "string", default: "2" },
    help: { type: "boolean", default: false },
  },
});
if (values.help || !SIZES[values.size]) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

const where = circumstances();
const data = prepareDataSet({ ...SIZES[values.size], types: TYPES, zarrFormat: 2, compressor: "gzip" });
const server = await farServer(data.folder);
const far = { spatial: `${server.url}/spatial.zarr`, reference: `${server.url}/reference.zarr` };
const rounds = [];
try {
  for (let round = 0; round < Number(values.repeat); round++) {
    const local = await measure("local", data);
    server.set({ latency: LATENCY });
    const slow = await measure("latency", far);
    server.set({});
    const calm = await measure("calm", far);
    server.set({ failing: FAILING, seed: round });
    const failing = await measure("failing", far, "--max-attempts", "20");
    rounds.push({ local, slow, calm, failing });
  }
} finally {
  await server.close();
}

const of = (name, key) => median(rounds.map((round) => round[name][key]));
const summary = {
  local_seconds: of("local", "wall_seconds"),
  latency_seconds: of("slow", "wall_seconds"),
  ratio_to_local: median(rounds.map(({ local, slow }) => slow.wall_seconds / local.wall_seconds)),
  peak_rss_bytes: Math.max(...rounds.flatMap((round) => FAR.map((name) => round[name].peak_rss_bytes))),
  planned_bytes: rounds[0].slow.planned_bytes,
  requests: of("calm", "requests"),
  requests_with_faults: of("failing", "requests"),
  ratio_of_requests: Math.max(...rounds.map(({ calm, failing }) => failing.requests / calm.requests)),
  count_bytes_per_pass: of("calm", "count_bytes") / 2,
  ratio_of_bytes: of("calm", "count_bytes") / 2 / data.facts.stored_bytes,
  same_bits: new Set(rounds.flatMap((round) => Object.values(round).map(({ digest }) => digest))).size === 1,
};
const result = {
  kind: "far-store",
  ...where,
  data: data.facts,
  workers: Number(values.workers),
  latency_milliseconds: LATENCY,
  failing_share: FAILING,
  summary,
  rounds,
};
console.log(saveResult(values.size === "100k" ? "far-store" : `far-store-${values.size}`, result));
updateTables();
console.log(summary);

async function measure(name, stores, ...flags) {
  const out = join(CACHE, `far-${name}.zarr`);
  server.reset();
  try {
    const args = runArguments(stores, out, ["--workers", values.workers, ...flags]);
    const { output, usage } = await runNode(args);
    const { spatial, reference } = output.transfer;
    const digest = proportionsDigest(out);
    return {
      wall_seconds: usage.wall_seconds,
      cpu_seconds: usage.cpu_seconds,
      peak_rss_bytes: usage.peak_rss_bytes,
      planned_bytes: output.memory.total_bytes,
      digest,
      ...(spatial && {
        requests: spatial.requests + reference.requests,
        retries: spatial.retries + reference.retries,
        bytes_received: spatial.bytes_received,
        stages: spatial.stages,
        ...server.counts(),
      }),
    };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}
