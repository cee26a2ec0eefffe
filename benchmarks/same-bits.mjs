// Whether a run has the same bits whatever it runs on: numbers of threads, memory or scratch, sizes of the window,
// kernels or their twins, versions of Node.
//   node benchmarks/same-bits.mjs [--size 100k] [--node /usr/bin/node] [--run-options="--lambda 2000"] [--name same-bits-100k]
// --node adds another program of Node. Exits with 1 where a run differs. Writes results/<name>.json.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { SIZES, TYPES } from "./lib/options.mjs";
import { proportionsDigest, runArguments } from "./lib/run-command.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const { values: given } = parseArgs({
  options: {
    size: { type: "string", default: "100k" },
    node: { type: "string" },
    "run-options": { type: "string", default: "" },
    name: { type: "string" },
  },
});
const more = given["run-options"].split(/\s+/).filter(Boolean);
const data = prepareDataSet({ ...SIZES[given.size], types: TYPES, zarrFormat: 2, compressor: "gzip" });
const where = circumstances();
const out = join(data.folder, "result.zarr");

/** Enough to open the store, whose names are held to it, and never enough for a run. */
const TOO_LITTLE = "64MiB";
const onScratch = ["--use-scratch", "always"];
const variants = [
  ["--workers", "1"],
  ["--workers", "2"],
  ["--workers", "4"],
  ["--workers", "2", "--kernels", "typescript"],
  [...onScratch, "--workers", "1"],
  [...onScratch, "--workers", "2"],
  [...onScratch, "--workers", "2", "--kernels", "typescript"],
  [...onScratch, "--workers", "2", "--max-memory", leastMemory(["--workers", "2"])],
];
const nodes = [process.execPath, ...(given.node ? [given.node] : [])];
const rounds = [];
for (const node of nodes) {
  const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
  for (const flags of variants) {
    const printed = execFileSync(node, runArguments(data, out, [...more, ...flags]), { encoding: "utf8" });
    const { sweeps, memory } = JSON.parse(printed);
    const { window_bytes: window } = memory;
    const round = {
      node: version,
      flags: flags.join(" "),
      sweeps,
      window_bytes: window,
      digest: proportionsDigest(out),
    };
    rounds.push(round);
    console.error(JSON.stringify(round));
  }
}
rmSync(out, { recursive: true, force: true });
const isSame = new Set(rounds.map(({ digest }) => digest)).size === 1;
const run_options = given["run-options"];
const result = { kind: "same-bits", ...where, data: data.facts, run_options, same_bits: isSame, rounds };
console.log(saveResult(given.name ?? `same-bits-${given.size}`, result), isSame ? "same bits" : "OTHER BITS");
updateTables();
process.exitCode = isSame ? 0 : 1;

/** The least memory with which a run on scratch is not refused, as its refusal names it. */
function leastMemory(flags) {
  try {
    const args = runArguments(data, out, [...more, ...onScratch, ...flags, "--max-memory", TOO_LITTLE]);
    execFileSync(process.execPath, args, { encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    return /--max-memory (\d+MiB)/.exec(error.stdout)[1];
  }
  throw new Error("A memory so small was not refused.");
}
