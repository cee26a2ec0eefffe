// How well `unexplained` finds the spots of a type that the reference lacks: node benchmarks/unexplained.mjs
//   --name NAME   keeps the figures as results/NAME.json and writes the table of docs/unexplained.md
//   --sets TEXT   only sets whose names hold this text
//   --types N     types that are removed from each set, one at a time (4)
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { collect } from "../packages/core/dist/index.js";
import { openReference, openSpatial } from "../packages/io-zarr/dist/index.js";
import { openStore } from "../packages/io-zarr/dist/node.js";
import { deconvolve } from "../packages/pipeline/dist/index.js";
import { circumstances } from "./lib/circumstances.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { readTruth } from "./lib/score/read-truth.mjs";
import { DATA, KINDS, simulate } from "./lib/score/score-sets.mjs";
import { areaUnderCurve } from "./lib/score/unexplained-auc.mjs";
import { updateTables } from "./make-table.mjs";

const { values } = parseArgs({
  options: {
    name: { type: "string" },
    sets: { type: "string", default: "" },
    types: { type: "string", default: "4" },
  },
});

/** Sets, and what their mean must not be below. */
const SETS = [
  { name: "golden", least: 0.79, open: () => ({ folder: join(DATA, "golden") }) },
  { name: "starmap-cortex", open: () => real("starmap-cortex") },
  { name: "merfish-hypothalamus-50um", open: () => real("merfish-hypothalamus-50um") },
  { name: "cerebellum-sim", least: 0.78, open: () => real("cerebellum-sim") },
  { name: "50 counts, plain", open: () => simulate("50 counts, plain", { depth: 50 }) },
  { name: "200 counts, plain", least: 0.63, open: () => simulate("200 counts, plain", { depth: 200 }) },
  { name: "1000 counts, plain", least: 0.86, open: () => simulate("1000 counts, plain", { depth: 1000 }) },
  {
    name: "1000 counts, platform",
    least: 0.78,
    open: () => simulate("1000 counts, platform", { depth: 1000, ...KINDS.platform }),
  },
];
/** A spot holds a type of which it has more than this. */
const HELD = 0.2;
/** Spots that must hold a type for it to be tried, and the share of spots that may. */
const FEWEST = 10;
const MOST = 0.9;

const where = circumstances();
const results = [];
for (const { name, least, open } of SETS.filter((one) => one.name.includes(values.sets))) {
  const { folder } = open();
  if (!existsSync(folder)) continue;
  const found = await tryTypes(folder);
  results.push({ name, least: least ?? null, ...found });
  console.log(name, JSON.stringify(found));
}
const broken = results.flatMap(({ name, least, auc }) =>
  least !== null && !(auc >= least) ? [`${name}: AUC ${auc?.toFixed(2)}`] : [],
);
for (const told of broken) console.log(`NOT MET: ${told}`);
if (values.name !== undefined) {
  console.log(saveResult(values.name, { kind: "unexplained", ...where, broken, results }));
  updateTables();
}
if (broken.length > 0) process.exitCode = 1;

function real(name) {
  return { folder: join(DATA, "real", name) };
}

/** The set with its own reference, and without the types that most spots hold, one at a time. */
async function tryTypes(folder) {
  const spatial = await openSpatial(await openStore(join(folder, "spatial.zarr")));
  const reference = await openReference(await openStore(join(folder, "reference.zarr")));
  const truth = await readTruth(folder);
  const sound = await unexplainedOf(spatial, reference);
  const types = [];
  for (const { name, isHeld, heldCount } of typesToRemove(truth, reference)) {
    const { z, genes } = await unexplainedOf(spatial, without(reference, name));
    // No programme says nothing of any spot.
    types.push({
      name,
      heldCount,
      auc: z ? areaUnderCurve(z, isHeld) : 0.5,
      isFound: z !== undefined,
      genes,
    });
  }
  return {
    sound: sound.z ? spreadOf(sound.z) : null,
    auc: types.reduce((sum, { auc }) => sum + auc, 0) / types.length,
    types,
  };
}

async function unexplainedOf(spatial, reference) {
  const { tables, parameters } = await deconvolve(spatial, reference);
  const table = tables.find(({ name }) => name === "unexplained");
  return {
    z: table && (await collect(table.values)).values,
    genes: parameters.unexplained_genes?.slice(0, 5) ?? [],
  };
}

function typesToRemove({ names, spotCount, shareOf }, { cellTypes }) {
  const all = names.map((name, type) => {
    const isHeld = (spot) => shareOf(spot, type) > HELD;
    const heldCount = Array.from({ length: spotCount }, (_, spot) => isHeld(spot)).filter(Boolean).length;
    return { name, isHeld, heldCount };
  });
  return all
    .filter(
      ({ name, heldCount }) =>
        heldCount >= FEWEST && heldCount <= MOST * spotCount && cellTypes.names.includes(name),
    )
    .sort((a, b) => b.heldCount - a.heldCount)
    .slice(0, Number(values.types));
}

function without(reference, name) {
  const { codes, names } = reference.cellTypes;
  const type = names.indexOf(name);
  return { ...reference, cellTypes: { names, codes: codes.map((code) => (code === type ? -1 : code)) } };
}

/** Of a sound reference: how far spots are from 0, and which share above 4. */
function spreadOf(z) {
  const numbers = Array.from(z).filter((value) => !Number.isNaN(value));
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length;
  return {
    mean,
    deviation: Math.sqrt(variance),
    above4: numbers.filter((value) => value > 4).length / numbers.length,
  };
}
