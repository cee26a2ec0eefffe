// Solving a section again from its kept statistics with another lambda, beside the full run with that lambda.
//   node benchmarks/resolve.mjs [--size 1m] [--lambda 20] [--repeat 3] [--name resolve-1m]
// Tells whether both give the same bits. Writes results/<name>.json.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { median } from "./lib/median.mjs";
import { SIZES, TYPES } from "./lib/options.mjs";
import { CLI } from "./lib/places.mjs";
import { proportionsDigest, runArguments } from "./lib/run-command.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const { values: given } = parseArgs({
  options: {
    size: { type: "string", default: "1m" },
    lambda: { type: "string", default: "20" },
    repeat: { type: "string", default: "3" },
    name: { type: "string" },
  },
});
const data = prepareDataSet({ ...SIZES[given.size], types: TYPES, zarrFormat: 2, compressor: "gzip" });
const where = circumstances();
const at = (name) => join(data.folder, name);
const rounds = [];
try {
  await runNode(runArguments(data, at("result.zarr"), ["--save-stats", at("statistics.zarr")]));
  for (let round = 0; round < Number(given.repeat); round++) {
    const full = await runNode(runArguments(data, at("result.zarr"), ["--lambda", given.lambda]));
    const fullBits = proportionsDigest(at("result.zarr"));
    const flags = ["--lambda", given.lambda, "--out", at("result.zarr"), "--overwrite", "--json", "--quiet"];
    const solve = await runNode([CLI, "solve", at("statistics.zarr"), ...flags]);
    const { resources, memory, sweeps, converged } = solve.output;
    const isSame = proportionsDigest(at("result.zarr")) === fullBits;
    rounds.push({
      full: full.usage,
      solve: { ...solve.usage, resources, memory, sweeps, converged, same_bits: isSame },
    });
    const seconds = ({ wall_seconds: wall }) => `${wall.toFixed(2)} s`;
    console.error(
      `solve ${seconds(solve.usage)}, full ${seconds(full.usage)}, ${isSame ? "same" : "other"} bits`,
    );
  }
} finally {
  for (const name of ["result.zarr", "statistics.zarr"]) rmSync(at(name), { recursive: true, force: true });
}
const over = (pick) => median(rounds.map(pick));
const summary = {
  wall_seconds: over(({ solve }) => solve.wall_seconds),
  cpu_seconds: over(({ solve }) => solve.cpu_seconds),
  peak_rss_bytes: Math.max(...rounds.map(({ solve }) => solve.peak_rss_bytes)),
  planned_bytes: rounds[0].solve.memory.total_bytes,
  full_seconds: over(({ full }) => full.wall_seconds),
  ratio_to_full: over(({ solve, full }) => solve.wall_seconds / full.wall_seconds),
  same_bits: rounds.every(({ solve }) => solve.same_bits),
};
const result = { kind: "resolve", ...where, data: data.facts, lambda: Number(given.lambda), summary, rounds };
console.log(saveResult(given.name ?? `resolve-${given.size}`, result));
updateTables();
