// Writes the tables of README.md from the files in results: node benchmarks/make-table.mjs
//   --check           changes nothing; ends with 1 where the tables are not those of the files
//   --folder FOLDER   of README.md and results, in place of this one
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { renderResults } from "./lib/render-results.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const BEGIN = "<!-- results: made by make-table.mjs, not by hand -->\n";
const END = "<!-- end of results -->\n";

/** Brings the tables up to date. Returns whether they were so already. */
export function updateReadme({ folder = HERE, check = false } = {}) {
  const path = join(folder, "README.md");
  const before = readFileSync(path, "utf8");
  const from = before.indexOf(BEGIN);
  const to = before.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${path} lacks the lines between which the results go.`);
  const head = before.slice(0, from + BEGIN.length);
  const after = `${head}\n${renderResults(readResults(join(folder, "results")))}\n${before.slice(to)}`;
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
  const { values } = parseArgs({ options: { check: { type: "boolean" }, folder: { type: "string" } } });
  const isCurrent = updateReadme(values);
  if (values.check && !isCurrent) {
    console.error("The tables in README.md are not those of results: run node benchmarks/make-table.mjs.");
    process.exitCode = 1;
  }
}
