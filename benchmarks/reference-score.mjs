// Scores sound and disturbed references on sections with and without a known truth: node benchmarks/reference-score.mjs
//   --name NAME       keeps the figures as results/NAME.json and writes the table of docs/reference-score.md
//   --sets TEXT       only sets whose names hold this text
//   --parts FOLDER    keeps the scores of each set there, and takes those that are there: for a run that was stopped
//   --permutations N  permutations of gene names to try on each set (1)
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openReference, openSpatial } from "../packages/io-zarr/dist/index.js";
import { openStore } from "../packages/io-zarr/dist/node.js";
import { scoreSection } from "../packages/pipeline/dist/internal.js";
import { circumstances } from "./lib/circumstances.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { brokenBars } from "./lib/score/broken-bars.mjs";
import { capitals, permuteGenes, shuffleLabels, withoutType } from "./lib/score/disturb.mjs";
import { scoreSets } from "./lib/score/score-sets.mjs";

import { updateTables } from "./make-table.mjs";

const { values } = parseArgs({
  options: {
    name: { type: "string" },
    sets: { type: "string", default: "" },
    parts: { type: "string" },
    permutations: { type: "string", default: "1" },
  },
});

const where = circumstances();
const sets = scoreSets();
const referenceOf = async ({ folder }) => openReference(await openStore(join(folder, "reference.zarr")));
const results = [];
for (const set of sets.filter(({ name }) => name.includes(values.sets))) {
  const part = values.parts && join(values.parts, `${set.name.replace(/\W+/g, "-")}.json`);
  const scores = part && existsSync(part) ? JSON.parse(readFileSync(part, "utf8")) : await scoresOf(set);
  if (part) writeFileSync(part, JSON.stringify(scores));
  results.push({ name: set.name, scores });
}
const broken = brokenBars(results);
for (const told of broken) console.log(`NOT MET: ${told}`);
if (values.name !== undefined) {
  console.log(saveResult(values.name, { kind: "reference-score", ...where, broken, results }));
  updateTables();
}
if (broken.length > 0) process.exitCode = 1;

/** Scores of the set's own reference and of disturbed ones, by what was done to it. */
async function scoresOf(set) {
  const spatial = await openSpatial(await openStore(join(set.folder, "spatial.zarr")));
  const reference = await referenceOf(set);
  const cases = {
    sound: Array.from({ length: Number(values.permutations) }, () => reference),
    permuted: Array.from({ length: Number(values.permutations) }, (_, i) =>
      permuteGenes(reference, 1, i + 1),
    ),
    half: [permuteGenes(reference, 0.5, 1)],
    fifth: [permuteGenes(reference, 0.2, 1)],
    labels: [shuffleLabels(reference, 1)],
    largest_missing: [withoutType(reference, 0)],
  };
  for (const other of sets) {
    if (other === set || / counts, /.test(set.name + other.name)) continue;
    const foreign = await referenceOf(other);
    cases[`of ${other.name}`] = [foreign];
    if (/pdac|lymph/.test(set.name) !== /pdac|lymph/.test(other.name))
      cases[`of ${other.name}`] = [/pdac|lymph/.test(set.name) ? capitals(foreign) : foreign];
  }
  const scores = {};
  for (const [name, references] of Object.entries(cases)) {
    const found = [];
    for (const [i, one] of references.entries()) {
      // A sound reference is compared with other scrambled ones each time, to see how much their choice matters.
      const seed = name === "sound" ? i : 0;
      const before = process.cpuUsage();
      try {
        found.push({
          ...(await scoreSection(spatial, one, {}, { seed })),
          seconds: process.cpuUsage(before).user / 1e6,
        });
      } catch (error) {
        found.push({ level: "refused", message: error.message });
      }
    }
    scores[name] = found;
    const told = found.map(({ level, explained, scrambled, evidence, bulkCorrelation, seconds, message }) =>
      level === "refused"
        ? message.slice(0, 60)
        : `${level} A ${explained?.toFixed(3)} S0 ${scrambled?.toFixed(3)} t ${evidence.toFixed(1)} rho ${bulkCorrelation?.toFixed(2)} (${seconds.toFixed(1)} s)`,
    );
    console.log(`${set.name} | ${name} | ${told.join("; ")}`);
  }
  return scores;
}
