// Damages stores in some thousand ways and reads each with the built command line: what ends in what, and whether anything went wrong.
//   node benchmarks/fuzz.mjs [--count 2500] [--first 0] [--seeds 7,19] [--name fuzz] [--far | --vendors] [--at-once 1] [--seconds 10] [--main apps/cli/dist/main.js]
// With --vendors folders and files of instruments' software are damaged in place of stores.
// With --far the stores are read from a range-only http server in the process that is watched.
// --seconds is what one store may take: more on a machine that has other work.
// Exits with 1 if a store ended in anything but a tagged error or the right result. Writes results/<name>.json; not with --seeds.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { circumstances } from "./lib/circumstances.mjs";
import { ROOT } from "./lib/places.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const { values: given } = parseArgs({
  options: {
    count: { type: "string", default: "2500" },
    first: { type: "string", default: "0" },
    seeds: { type: "string" },
    name: { type: "string" },
    far: { type: "boolean", default: false },
    vendors: { type: "boolean", default: false },
    "at-once": { type: "string", default: "1" },
    seconds: { type: "string" },
    // Another build, such as one from before a repair.
    main: { type: "string" },
  },
});
const first = Number(given.first);
const seeds = given.seeds
  ? given.seeds.split(",").map(Number)
  : Array.from({ length: Number(given.count) }, (_, i) => first + i);
const where = circumstances();
const start = performance.now();
const { tryStores, MAX_MEMORY, MOST_MILLISECONDS } = await loadTrials();
const mostMilliseconds = given.seconds ? 1000 * Number(given.seconds) : MOST_MILLISECONDS;
let done = 0;
const atOnce = Math.min(seeds.length, Number(given["at-once"]));
const trials = await Promise.all(
  Array.from({ length: atOnce }, (_, part) =>
    tryStores(
      ROOT,
      seeds.filter((_, i) => i % atOnce === part),
      {
        isFar: given.far,
        isVendors: given.vendors,
        mostMilliseconds,
        ...(given.main && { main: resolve(given.main) }),
        onVerdict(verdict) {
          done++;
          if (given.seeds || verdict.outcome === "wrong") console.error(JSON.stringify(verdict));
          if (done % 250 === 0) console.error(`${done} of ${seeds.length}`);
        },
      },
    ),
  ),
);
const verdicts = trials.flatMap((part) => part.verdicts).sort((a, b) => a.seed - b.seed);
const peakBytes = Math.max(...trials.map((part) => part.peakBytes));
const wrong = verdicts.filter(({ outcome }) => outcome === "wrong");
const result = {
  kind: "fuzz",
  ...where,
  place: given.vendors ? "vendors' folders" : given.far ? "http" : "disk",
  seeds: { first: seeds[0], count: seeds.length },
  most_milliseconds: mostMilliseconds,
  max_memory: MAX_MEMORY,
  peak_rss_bytes: peakBytes,
  greatest_ms: Math.max(...verdicts.map(({ milliseconds }) => milliseconds)),
  seconds: (performance.now() - start) / 1000,
  outcomes: tally(verdicts, ({ outcome }) => outcome),
  by_store: Object.fromEntries(
    [...new Set(verdicts.map(({ base }) => base))].sort().map((base) => [
      base,
      tally(
        verdicts.filter((verdict) => verdict.base === base),
        ({ outcome }) => outcome,
      ),
    ]),
  ),
  errors: tally(
    verdicts.filter(({ outcome }) => outcome === "refused"),
    ({ detail }) => detail.slice(0, detail.indexOf(":")),
  ),
  wrong,
};
if (!given.seeds) {
  console.log(
    saveResult(given.name ?? (given.vendors ? "fuzz-vendors" : given.far ? "fuzz-far" : "fuzz"), result),
  );
  updateTables();
}
console.log(
  JSON.stringify(result.outcomes),
  `peak ${Math.round(peakBytes / 2 ** 20)} MiB, at most ${result.greatest_ms} ms`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;

function tally(list, keyOf) {
  const counts = {};
  for (const item of list) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort());
}

/** What the tests try stores with, made into one file. */
async function loadTrials() {
  mkdirSync(join(ROOT, "benchmarks/.cache"), { recursive: true });
  // Beside the modules that it needs.
  const folder = mkdtempSync(join(ROOT, "benchmarks/.cache/fuzz-"));
  try {
    const outfile = join(folder, "try-stores.mjs");
    await build({
      entryPoints: [join(ROOT, "apps/cli/test/damaged/try-stores.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      outfile,
      tsconfigRaw: {},
      external: ["esbuild"],
      alias: Object.fromEntries(
        ["core", "simulate", "stores", "io-zarr", "io-h5"].flatMap((name) =>
          [
            ["", "index.ts"],
            ["/internal", "internal.ts"],
          ].map(([entry, file]) => [
            `@flashdeconv/${name}${entry}`,
            join(ROOT, "packages", name, "src", file),
          ]),
        ),
      ),
      nodePaths: [join(ROOT, "packages/io-zarr/node_modules")],
      logLevel: "error",
    });
    return await import(outfile);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
