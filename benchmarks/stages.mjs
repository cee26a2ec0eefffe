// What a section costs in stages, as jobs of a cluster do it, beside `run` on the same cores.
//   node benchmarks/stages.mjs [--size 1m] [--pieces 4] [--rounds 1] [--workers 2] [--piece-workers 1] [--options "--method weighted"]
//   [--name stages-1m-4]
// Each round runs it alone, then stage by stage, one process after the other, and compares the bits. Pieces have workers of their own number,
// as many of them can run at once. Fails where a job takes more memory than its plan says. Writes results/<name>.json.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { prepareDataSet } from "./lib/data-set.mjs";
import { median } from "./lib/median.mjs";
import { SIZES, TYPES } from "./lib/options.mjs";
import { CLI } from "./lib/places.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { digest } from "./lib/store-digest.mjs";
import { updateTables } from "./make-table.mjs";

const { values: given } = parseArgs({
  options: {
    size: { type: "string", default: "1m" },
    pieces: { type: "string", default: "4" },
    rounds: { type: "string", default: "1" },
    workers: { type: "string", default: "2" },
    "piece-workers": { type: "string", default: "1" },
    options: { type: "string", default: "" },
    name: { type: "string" },
  },
});
const data = prepareDataSet({ ...SIZES[given.size], types: TYPES, zarrFormat: 2, compressor: "gzip" });
const where = circumstances();
const at = (name) => join(data.folder, name);
const [alone, shared, work] = [at("alone.zarr"), at("shared.zarr"), at("work")];
const workers = ["--workers", given.workers];
const pieceWorkers = ["--workers", given["piece-workers"]];
const options = given.options.split(/\s+/).filter(Boolean);

const rounds = [];
try {
  for (let round = 0; round < Number(given.rounds); round++) {
    clear();
    const run = await flashdeconv(["run", ...inputs(alone), ...workers]);
    rounds.push({ run: run.usage, ...(await inStages()), same_bits: digest(alone) === digest(shared) });
    const { stages } = rounds.at(-1);
    for (const { stage, cpu_seconds: cpu } of [{ stage: "run", ...run.usage }, ...stages])
      console.error(`${stage.padEnd(10)} ${cpu.toFixed(2)} CPU s`);
  }
} finally {
  clear();
}

const summary = summarize();
const result = {
  kind: "stages",
  ...where,
  options: {
    pieces: Number(given.pieces),
    workers: Number(given.workers),
    piece_workers: Number(given["piece-workers"]),
    options: given.options,
  },
  data: data.facts,
  summary,
  rounds,
};
console.log(saveResult(given.name ?? `stages-${given.size}-${given.pieces}`, result));
updateTables();
const tooLarge = rounds.flatMap(({ stages }) =>
  stages.filter(({ peak_rss_bytes: peak, memory_bytes: planned }) => peak > planned),
);
if (tooLarge.length > 0) throw new Error(`More memory than planned: ${JSON.stringify(tooLarge)}`);
if (!summary.same_bits) throw new Error("The bits are not those of run.");

function inputs(out) {
  const flags = ["--no-report", "--overwrite", ...options];
  return [data.spatial, "--reference", data.reference, "--out", out, ...flags];
}

function flashdeconv(args) {
  return runNode([CLI, ...args, "--json", "--quiet"]);
}

/** All stages of a plan, each with what its processes took together, and what each of them held at most. */
async function inStages() {
  const planning = ["stage", "plan", ...inputs(shared), "--run-dir", work, "--pieces", given.pieces];
  const made = await flashdeconv([...planning, ...workers]);
  const stages = [];
  for (const { stage, pieces, ...planned } of made.output.plan.stages) {
    const jobs = pieces.length === 0 ? [planned] : pieces;
    const used = [];
    for (const { piece } of jobs) {
      const how = piece === undefined ? workers : ["--piece", String(piece), ...pieceWorkers];
      used.push((await flashdeconv(["stage", stage, work, ...how])).usage);
    }
    stages.push({
      stage,
      processes: jobs.length,
      cpu_seconds: sum(used.map(({ cpu_seconds: cpu }) => cpu)),
      planned_cpu_seconds: sum(jobs.map(({ cpu_seconds: cpu }) => cpu)),
      peak_rss_bytes: Math.max(...used.map(({ peak_rss_bytes: peak }) => peak)),
      memory_bytes: Math.max(...jobs.map(({ memory_bytes: memory }) => memory)),
      bytes_read: sum(used.map(({ bytes_read: bytes }) => bytes)),
      read_bytes: sum(jobs.map(({ read_bytes: bytes }) => bytes)),
    });
  }
  // It finds its work done: what is left is what every process takes to begin.
  const starts = [];
  for (let i = 0; i < 3; i++) starts.push((await flashdeconv(["stage", "prepare", work])).usage.cpu_seconds);
  return { plan: made.usage, stages, start_seconds: median(starts) };
}

function summarize() {
  const over = (pick) => median(rounds.map(pick));
  const processes = 1 + sum(rounds[0].stages.map((one) => one.processes));
  const cpuOf = ({ plan, stages }) => plan.cpu_seconds + sum(stages.map(({ cpu_seconds: cpu }) => cpu));
  const startsOf = ({ start_seconds: start }) => processes * start;
  return {
    processes,
    run_cpu_seconds: over(({ run }) => run.cpu_seconds),
    stages_cpu_seconds: over(cpuOf),
    start_cpu_seconds: over(startsOf),
    overhead: over((round) => (cpuOf(round) - startsOf(round)) / round.run.cpu_seconds - 1),
    peak_to_planned: Math.max(
      ...rounds.flatMap(({ stages }) => stages.map((one) => one.peak_rss_bytes / one.memory_bytes)),
    ),
    same_bits: rounds.every(({ same_bits: same }) => same),
  };
}

function clear() {
  for (const path of [alone, shared, work]) if (existsSync(path)) rmSync(path, { recursive: true });
}

function sum(numbers) {
  return numbers.reduce((total, one) => total + one, 0);
}
