// How often the intervals of the built command line hold a known truth: node benchmarks/intervals.mjs
//   --name NAME   keeps the figures as results/NAME.json and writes the table of docs/intervals.md
//   --sets TEXT   only sets whose names hold this text
//   --flags TEXT  more flags for run
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { capture } from "./lib/accuracy/capture.mjs";
import { circumstances } from "./lib/circumstances.mjs";
import { brokenBars } from "./lib/intervals/broken-bars.mjs";
import { intervalSets } from "./lib/intervals/interval-sets.mjs";
import { renderIntervals } from "./lib/intervals/render-intervals.mjs";
import { CLI } from "./lib/places.mjs";
import { runArguments } from "./lib/run-command.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const { values } = parseArgs({
  options: {
    name: { type: "string" },
    sets: { type: "string", default: "" },
    flags: { type: "string", default: "" },
  },
});

const where = circumstances();
const results = [];
const folder = mkdtempSync(join(tmpdir(), "flashdeconv-intervals-"));
try {
  for (const { places, ...set } of intervalSets().filter(({ name }) => name.includes(values.sets))) {
    const seeds = [];
    for (const place of places()) seeds.push(await measure(place));
    const names = Object.keys(seeds[0]);
    const meanOf = (name) => seeds.reduce((sum, one) => sum + one[name], 0) / seeds.length;
    const mean = Object.fromEntries(names.map((name) => [name, meanOf(name)]));
    results.push({ ...set, mean, seeds });
    const { coverage, coverage_above: above, false_presence: wrong } = mean;
    console.log(`${set.name} | ${[coverage, above, wrong].map((share) => share.toFixed(3)).join(" | ")}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
const broken = brokenBars(results);
for (const told of broken) console.log(`NOT MET: ${told}`);
if (values.name !== undefined) {
  console.log(saveResult(values.name, { kind: "intervals", ...where, broken, results }));
  updateTables();
} else console.log(renderIntervals([{ name: "this run", ...where, broken, results }]));
if (broken.length > 0) process.exitCode = 1;

async function measure({ spatial, reference, truth }) {
  const out = join(folder, "result.zarr");
  const asked = values.flags.split(" ").filter((flag) => flag !== "");
  const method = asked.includes("--method") ? [] : ["--method", "refined"];
  const flags = [...method, "--intervals", "--no-report", ...asked];
  await capture(process.execPath, runArguments({ spatial, reference }, out, flags));
  const judging = ["evaluate", out, "--truth", truth, "--json", "--quiet"];
  return (await capture(process.execPath, [CLI, ...judging])).intervals;
}
