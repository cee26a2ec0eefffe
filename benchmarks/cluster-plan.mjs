// How long sections of up to a billion bins together take on clusters of several sizes, by the costs that `stage plan` says of them.
//   node benchmarks/cluster-plan.mjs --data FOLDER
// --data: a folder with spatial.zarr and reference.zarr, as `flashdeconv simulate` makes, whose metadata is stretched: no counts are made. Beside
// it says how far the plan is from what the results of stages.mjs took. Writes results/cluster-plan.json and the table of docs/cluster.md.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
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
try {
  for (const { spots, count } of SECTIONS) {
    const section = join(folder, `${spots}.zarr`);
    if (!existsSync(section)) {
      stretchStore(join(given.data, "spatial.zarr"), section, { spots, valuesPerSpot: VALUES_PER_SPOT });
    }
    for (const nodes of NODES) {
      const pieces = Math.max(CORES, Math.ceil((nodes * CORES) / count));
      rows.push(hoursOf(await planOf(section, pieces), { count, nodes }));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const checks = readdirSync(RESULTS)
  .filter((file) => /^stages-.*\.json$/.test(file))
  .map((file) => JSON.parse(readFileSync(join(RESULTS, file), "utf8")))
  .map(({ data, options, summary }) => ({
    spots: data.spots,
    pieces: options.pieces,
    planned_to_measured: summary.planned_to_measured,
  }));
const settings = { values_per_spot: VALUES_PER_SPOT, cores_of_node: CORES };
console.log(saveResult("cluster-plan", { kind: "cluster-plan", ...circumstances(), settings, rows, checks }));
for (const { spots, pieces, planned_to_measured: ratio } of checks) {
  const isOff = Math.abs(ratio - 1) > 0.2;
  console.log(
    `${spots} spots, ${pieces} pieces: planned / measured ${ratio.toFixed(2)}${isOff ? ", off" : ""}`,
  );
}
updateTables();

async function planOf(section, pieces) {
  const args = [CLI, "stage", "plan", section, "--reference", join(given.data, "reference.zarr")];
  const run = ["--out", join(folder, "out.zarr"), "--run-dir", join(folder, "work"), "--no-report"];
  // What goes to scratch and what stays in memory costs about the same; a plan asks for the room at once.
  const size = ["--pieces", String(pieces), "--max-memory", "4096GiB", "--use-scratch", "never", "--restart"];
  const { output } = await runNode([...args, ...run, ...size, "--json", "--quiet"]);
  return output.plan;
}

/** Pieces run one to a core, in turns where there are more; the other stages of a section one after the other, one section on a node. */
function hoursOf({ spot_count: spots, stages }, { count, nodes }) {
  const cores = nodes * CORES;
  const hours = { passes: 0, alone: 0 };
  let cpu = 0;
  let read = 0;
  for (const { stage, cpu_seconds: seconds, read_bytes: bytes, pieces } of stages) {
    cpu += count * seconds;
    read += count * bytes;
    if (pieces.length === 0) {
      hours.alone += (Math.ceil(count / nodes) * seconds) / BUSY_CORES[stage] / SECONDS_PER_HOUR;
    } else {
      const longest = Math.max(...pieces.map((piece) => piece.cpu_seconds));
      hours.passes += (Math.ceil((count * pieces.length) / cores) * longest) / SECONDS_PER_HOUR;
    }
  }
  const moved = read + count * spots * KEPT_BYTES;
  return { spots, sections: count, nodes, cpu_hours: cpu / SECONDS_PER_HOUR, hours, moved_bytes: moved };
}
