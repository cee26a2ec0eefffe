// Writes the tables of README.md, docs/accuracy.md, docs/reference-score.md, docs/unexplained.md, docs/max-types.md, docs/intervals.md and docs/cluster.md from the files in results: node benchmarks/make-table.mjs
//   --check           changes nothing; ends with 1 where the tables are not those of the files
//   --folder FOLDER   of README.md and results, in place of this one
//   --docs FOLDER     of the tables beside these, in place of docs
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { renderAccuracy } from "./lib/accuracy/render-accuracy.mjs";
import { renderIntervals } from "./lib/intervals/render-intervals.mjs";
import { renderSets } from "./lib/max-types/render-sets.mjs";
import { renderResults } from "./lib/render-results.mjs";
import { clusterPlan } from "./lib/render-stages.mjs";
import { renderScores } from "./lib/score/render-scores.mjs";
import { renderUnexplained } from "./lib/score/render-unexplained.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const BEGIN = "<!-- results: made by make-table.mjs, not by hand -->\n";
const END = "<!-- end of results -->\n";

/** Brings the tables up to date. Returns whether they were so already. */
export function updateTables({ folder = HERE, docs = join(HERE, "../docs"), check = false } = {}) {
  const results = readResults(join(folder, "results"));
  const accuracy = results.filter(({ kind }) => kind === "accuracy");
  const sets = results.filter(({ kind }) => kind === "max-types");
  const scores = results.filter(({ kind }) => kind === "reference-score");
  const intervals = results.filter(({ kind }) => kind === "intervals");
  const plans = results.filter(({ kind }) => kind === "cluster-plan");
  const unexplained = results.filter(({ kind }) => kind === "unexplained");
  const wereCurrent = [
    updateTable(join(folder, "README.md"), renderResults(results), check),
    updateTable(join(docs, "accuracy.md"), renderAccuracy(accuracy), check),
    updateTable(join(docs, "reference-score.md"), renderScores(scores), check),
    updateTable(join(docs, "max-types.md"), renderSets(sets), check),
    updateTable(join(docs, "intervals.md"), renderIntervals(intervals), check),
    updateTable(join(docs, "unexplained.md"), renderUnexplained(unexplained), check),
    updateTable(join(docs, "cluster.md"), clusterPlan(plans), check),
  ];
  return wereCurrent.every(Boolean);
}

function updateTable(path, tables, check) {
  const before = readFileSync(path, "utf8");
  const from = before.indexOf(BEGIN);
  const to = before.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${path} lacks the lines between which the results go.`);
  const head = before.slice(0, from + BEGIN.length);
  const after = `${head}\n${tables}\n${before.slice(to)}`;
  if (!check && after !== before) writeFileSync(path, after);
  return after === before;
}

function readResults(folder) {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort()
    .map((file) => ({
      name: file.slice(0, -".json".length),
      ...JSON.parse(readFileSync(join(folder, file), "utf8")),
    }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { check: { type: "boolean" }, folder: { type: "string" }, docs: { type: "string" } },
  });
  const isCurrent = updateTables(values);
  if (values.check && !isCurrent) {
    console.error(
      "The tables in README.md or docs are not those of results: run node benchmarks/make-table.mjs.",
    );
    process.exitCode = 1;
  }
}
