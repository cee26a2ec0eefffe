// How long sections of up to a billion bins together take on clusters of several sizes, by the costs that `stage plan` says of them.
//   node benchmarks/cluster-plan.mjs --data FOLDER
// --data: a folder with spatial.zarr and reference.zarr, as `flashdeconv simulate` makes, whose metadata is stretched: no counts are made. A plan
// on scratch asks for its room, so larger sections are so many times one of 10 million bins. It also plans what the results of stages.mjs took,
// and fails where that is off by more than a fifth. Writes results/cluster-plan.json and the table of docs/cluster.md.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { median } from "./lib/median.mjs";
import { CLI, RESULTS } from "./lib/places.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { stretchStore } from "./lib/stretched-store.mjs";
import { updateTables } from "./make-table.mjs";

/** Bins of 2 um have a few dozen values each. */
const VALUES_PER_SPOT = 60;
/** A section of more than some 270 million bins has too many links of neighbours: a billion are several. */
const SECTIONS = [
  { spots: 1e7, count: 1 },
  { spots: 1e8, count: 1 },
  { spots: 1e8, count: 10 },
];
const PLANNED_SPOTS = 1e7;
const NODES = [1, 4, 16, 64];
/** Of a node: a piece on each. */
const CORES = 16;
/** Stages of one process keep so many of the two cores busy that they were measured on; choose and write work on one. */
const BUSY_CORES = { prepare: 1.7, choose: 1, start: 1.7, solve: 1.7, write: 1 };
const SECONDS_PER_HOUR = 3600;
/** What stages hand on of a bin, written once and read about once: two statistics of 21 numbers, two answers of 20, neighbours. */
const KEPT_BYTES = 2 * (4 * (21 + 21 + 20 + 25) + 40);

const { values: given } = parseArgs({ options: { data: { type: "string" } } });
if (!given.data) throw new Error("--data is needed.");

const folder = mkdtempSync(join(tmpdir(), "flashdeconv-cluster-plan-"));
const rows = [];
const checks = [];
try {
  for (const { spots, count } of SECTIONS) {
    for (const nodes of NODES) {
      const pieces = Math.max(CORES, Math.ceil((nodes * CORES) / count));
      const size = { spots: PLANNED_SPOTS, valuesPerSpot: VALUES_PER_SPOT };
      const plan = await planOf(size, pieces, ["--use-scratch", "always"]);
      rows.push(hoursOf(plan, { count, nodes, times: spots / PLANNED_SPOTS }));
    }
  }
  for (const file of readdirSync(RESULTS).filter((name) => /^stages-.*\.json$/.test(name))) {
    const { data, options, rounds } = JSON.parse(readFileSync(join(RESULTS, file), "utf8"));
    const { spots, non_zeros: values } = data;
    const { stages } = await planOf({ spots, valuesPerSpot: values / spots }, options.pieces, []);
    const planned = stages.reduce((sum, one) => sum + one.cpu_seconds, 0);
    const measured = median(
      rounds.map((round) => round.stages.reduce((sum, one) => sum + one.cpu_seconds, 0)),
    );
    checks.push({ spots, pieces: options.pieces, planned_to_measured: planned / measured });
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const settings = { values_per_spot: VALUES_PER_SPOT, cores_of_node: CORES };
console.log(saveResult("cluster-plan", { kind: "cluster-plan", ...circumstances(), settings, rows, checks }));
for (const { spots, pieces, planned_to_measured: ratio } of checks)
  console.log(`${spots} spots, ${pieces} pieces: planned / measured ${ratio.toFixed(2)}`);
updateTables();
if (checks.some(({ planned_to_measured: ratio }) => Math.abs(ratio - 1) > 0.2))
  throw new Error("The plan is off by more than a fifth.");

async function planOf(size, pieces, flags) {
  const section = join(folder, `${size.spots}-${size.valuesPerSpot}.zarr`);
  if (!existsSync(section)) stretchStore(join(given.data, "spatial.zarr"), section, size);
  const args = [CLI, "stage", "plan", section, "--reference", join(given.data, "reference.zarr")];
  const run = ["--out", join(folder, "out.zarr"), "--run-dir", join(folder, "work"), "--no-report"];
  const how = ["--pieces", String(pieces), "--restart", "--json", "--quiet", ...flags];
  return (await runNode([...args, ...run, ...how])).output.plan;
}

/** Pieces run one to a core, in turns where there are more; the other stages of a section one after the other, one section on a node. */
function hoursOf({ spot_count: planned, stages }, { count, nodes, times }) {
  const cores = nodes * CORES;
  const hours = { passes: 0, alone: 0 };
  let cpu = 0;
  let read = 0;
  for (const { stage, cpu_seconds: ofPlan, read_bytes: bytes, pieces } of stages) {
    const seconds = times * ofPlan;
    cpu += count * seconds;
    read += count * times * bytes;
    if (pieces.length === 0) {
      hours.alone += (Math.ceil(count / nodes) * seconds) / BUSY_CORES[stage] / SECONDS_PER_HOUR;
    } else {
      const longest = times * Math.max(...pieces.map((piece) => piece.cpu_seconds));
      hours.passes += (Math.ceil((count * pieces.length) / cores) * longest) / SECONDS_PER_HOUR;
    }
  }
  const spots = times * planned;
  const moved = read + count * spots * KEPT_BYTES;
  return { spots, sections: count, nodes, cpu_hours: cpu / SECONDS_PER_HOUR, hours, moved_bytes: moved };
}
