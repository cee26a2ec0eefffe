// How often a spot's class and types are right on sections of one or two types a spot: node benchmarks/max-types.mjs
//   --name NAME    keeps the figures as results/NAME.json and writes the table of docs/max-types.md
//   --cases TEXT   only cases whose names hold this text
//   --spots N      spots of a section (2,500)
//   --seed N       of the sections (2; what decides between sets was chosen on those of 1)
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { auc, bestThreshold, judge, readSets, shareRight } from "./lib/max-types/judge-sets.mjs";
import { CACHE, CLI } from "./lib/places.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const { values } = parseArgs({
  options: {
    name: { type: "string" },
    cases: { type: "string", default: "" },
    spots: { type: "string", default: "2500" },
    seed: { type: "string", default: "2" },
  },
});

/** Smooth tissue; the same with errors of the reference; and where neighbours say nothing. */
const KINDS = {
  plain: [],
  "platform, overdispersion": ["--platform-effect", "0.3", "--overdispersion", "0.2"],
  shuffled: ["--shuffle-coordinates"],
};
const LEAST_AUC = 0.8;
/** Of an unlimited fit, where nobody knows better. */
const USUAL_THRESHOLD = 0.1;

const where = circumstances();
const cases = [200, 1000].flatMap((depth) =>
  Object.entries(KINDS).map(([kind, flags]) => ({ name: `depth ${depth}, ${kind}`, depth, flags })),
);
const results = [];
for (const one of cases.filter(({ name }) => name.includes(values.cases))) {
  const folder = simulated(one);
  const known = await readSets(join(folder, "spatial.zarr"), "truth");
  const limited = await readSets(run(folder, ["--max-types", "2"]), "flashdeconv");
  const unlimited = await readSets(run(folder, []), "flashdeconv");
  const found = judge(known, limited);
  const { spots, ...figures } = found;
  results.push({
    name: one.name,
    ...figures,
    auc: auc(spots),
    unlimited: { usual: shareRight(known, unlimited, USUAL_THRESHOLD), ...bestThreshold(known, unlimited) },
  });
  console.log(JSON.stringify(results.at(-1)));
}
const broken = results.flatMap(({ name, auc }) =>
  auc >= LEAST_AUC ? [] : [`${name}: AUC ${auc.toFixed(3)}`],
);
for (const told of broken) console.log(`NOT MET: ${told}`);
if (values.name !== undefined) {
  console.log(saveResult(values.name, { kind: "max-types", ...where, broken, results }));
  updateTables();
}
if (broken.length > 0) process.exitCode = 1;

/** A section with a reference: 20 types, half of the spots of two, with shares from .3 to .7. */
function simulated({ depth, flags }) {
  const settings = [
    "--spots",
    values.spots,
    "--types",
    "20",
    "--types-per-spot",
    "2",
    "--least-share",
    "0.3",
  ];
  const all = [
    ...settings,
    "--rare-type-fraction",
    "0",
    "--depth",
    String(depth),
    "--seed",
    values.seed,
    ...flags,
  ];
  const folder = join(CACHE, `max-types-${all.join("").replace(/[^\w.-]+/g, "")}`);
  if (!existsSync(folder)) execFileSync(process.execPath, [CLI, "simulate", folder, ...all, "--quiet"]);
  return folder;
}

function run(folder, flags) {
  const out = join(folder, `result${flags.join("")}.zarr`);
  const paths = [join(folder, "spatial.zarr"), "--reference", join(folder, "reference.zarr"), "--out", out];
  execFileSync(process.execPath, [CLI, "run", ...paths, "--overwrite", "--no-report", "--quiet", ...flags]);
  return out;
}
