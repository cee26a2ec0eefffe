import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { COUNT_ARRAYS, describeArray } from "./array-chunks.mjs";
import { CACHE, CLI, ROOT } from "./places.mjs";
import { recompressWithZstd } from "./recompress.mjs";

const GENE_COUNT = 18_000;
const SEED = 1;

/** Bytes per count that a section takes at most while it is made; the left-over is what the disk should keep. */
const BYTES_PER_COUNT = 4;
const DISK_RESERVE = 2 * 2 ** 30;

/**
 * The section with these options, simulated now or found in the cache. The cache knows it by its options and by the built
 * code of the simulation; what older code made under the same options is removed.
 *
 * @returns paths of section and reference, and what there is to tell of the data
 */
export function prepareDataSet({ spots, types, depth, zarrFormat, compressor }) {
  const name = `${spots}-k${types}-d${depth}-v${zarrFormat}-${compressor}`;
  const version = simulationVersion();
  const folder = join(CACHE, `${name}-${version}`);
  if (!existsSync(folder)) {
    removeOlder(name);
    requireSpace(spots * depth * BYTES_PER_COUNT);
    make(folder, { spots, types, depth, zarrFormat, compressor });
  }
  const spatial = join(folder, "spatial.zarr");
  return {
    folder,
    spatial,
    reference: join(folder, "reference.zarr"),
    facts: {
      spots,
      genes: GENE_COUNT,
      types,
      depth,
      seed: SEED,
      zarr_format: zarrFormat,
      compressor,
      simulation: version,
      ...countFacts(spatial),
    },
  };
}

function make(folder, { spots, types, depth, zarrFormat, compressor }) {
  const staging = join(CACHE, "unfinished");
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  console.error(`Simulating ${spots} spots, ${types} types, ${depth} counts a spot ...`);
  const options = {
    spots,
    types,
    depth,
    genes: GENE_COUNT,
    seed: SEED,
    "zarr-format": zarrFormat,
  };
  const flags = Object.entries(options).flatMap(([flag, value]) => [`--${flag}`, String(value)]);
  const args = [CLI, "simulate", staging, ...flags, "--quiet"];
  execFileSync(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  if (compressor === "zstd") recompressWithZstd(join(staging, "spatial.zarr"));
  renameSync(staging, folder);
}

/** Same built files, same data. */
export function simulationVersion() {
  const folder = join(ROOT, "packages/simulate");
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const code = readFileSync(join(folder, "dist/index.js"));
  return `${version}-${createHash("sha256").update(code).digest("hex").slice(0, 8)}`;
}

function removeOlder(name) {
  if (!existsSync(CACHE)) return;
  for (const entry of readdirSync(CACHE)) {
    if (entry.startsWith(`${name}-`)) rmSync(join(CACHE, entry), { recursive: true });
  }
}

function requireSpace(bytes) {
  const { bavail, bsize } = statfsSync(ROOT);
  const free = bavail * bsize;
  if (free >= bytes + DISK_RESERVE) return;
  const gigabytes = (count) => (count / 1e9).toFixed(1);
  throw new Error(
    `The disk has ${gigabytes(free)} GB free; this section takes up to ${gigabytes(bytes)} GB, and ` +
      `${gigabytes(DISK_RESERVE)} GB should be left. Choose a smaller --size, or clear ${CACHE}.`,
  );
}

/** What one decode-only pass reads. */
function countFacts(store) {
  const arrays = COUNT_ARRAYS.map((path) => describeArray(store, path));
  const [data] = arrays;
  const stored = arrays.flatMap(({ files }) => files).reduce((sum, file) => sum + statSync(file).size, 0);
  const itemBytes = arrays.reduce((sum, { chunkBytes, chunkLength }) => sum + chunkBytes / chunkLength, 0);
  return {
    non_zeros: data.itemCount,
    chunk_length: data.chunkLength,
    stored_bytes: stored,
    decoded_bytes: data.itemCount * itemBytes,
  };
}
