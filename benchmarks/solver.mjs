// The solver by itself, for smoothing from none to the strongest of the article's table: sweeps, microseconds per spot in
// one thread, and the largest error of any proportion against a solution at 1e-9. After pnpm build:
//   node benchmarks/solver.mjs [--spots 100000] [--types 20] [--blend 0] [--repeat 3] [--name solver]
// --blend 0.9 makes five pairs of types blends of each other. Writes results/<name>.json.
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { median } from "./lib/median.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { updateTables } from "./make-table.mjs";

const built = (name, entry = "index") => import(`../packages/${name}/dist/${entry}.js`);
const { collect } = await built("core");
const { spatialOrder } = await built("graph");
const { deconvolve } = await built("pipeline");
const { simulateTissue } = await built("simulate");
const { bcd, resolveSolveOptions, solve } = await built("solver");
const { meanDiagonal } = await built("solver", "internal");

const { values: given } = parseArgs({
  options: {
    spots: { type: "string", default: "100000" },
    types: { type: "string", default: "20" },
    blend: { type: "string", default: "0" },
    repeat: { type: "string", default: "3" },
    name: { type: "string", default: "solver" },
  },
});
const [spotCount, typeCount, blend, repeat] = [given.spots, given.types, given.blend, given.repeat].map(
  Number,
);
/** On the article's scale, log2(1 + 1e6 y / l). */
const LAMBDAS = [0, "auto", 1e3, 1e4, 1e5, 2e5];

const problem = await makeProblem();
const cases = LAMBDAS.map((lambda) => ({
  lambda,
  used: lambda === "auto" ? lambda : lambda * problem.scale,
}));
const runs = cases.map(() => []);
await run(cases[0].used, 1e-3); // warms the code up
for (let round = 0; round < repeat; round++) {
  for (const [index, { used }] of cases.entries()) runs[index].push(await run(used, 1e-3));
}
const results = [];
for (const [index, { lambda }] of cases.entries()) {
  const { solution, settings } = runs[index][0];
  const tight = await run(settings.lambda, 1e-9);
  const found = {
    lambda,
    lambda_used: settings.lambda,
    sweeps: solution.sweeps,
    coarse_rows: solution.coarseRows,
    us_per_spot: median(runs[index].map(({ seconds }) => (1e6 * seconds) / spotCount)),
    cpu_us_per_spot: median(runs[index].map(({ cpuSeconds }) => (1e6 * cpuSeconds) / spotCount)),
    estimate: solution.proportionErrorEstimate,
    largest_error: largestError(solution.abundance, tight.solution.abundance),
    reference: { converged: tight.solution.converged, bound: tight.solution.assessment.proportionErrorBound },
  };
  results.push(found);
  console.log(
    `lambda ${lambda} (${settings.lambda.toPrecision(4)}): ${found.sweeps} sweeps, ${found.us_per_spot.toFixed(2)} us/spot (${found.cpu_us_per_spot.toFixed(2)} of processor), largest error ${found.largest_error.toExponential(1)}, estimated ${found.estimate.toExponential(1)}`,
  );
}
const options = { spotCount, typeCount, blend, repeat, tolerance: 1e-3 };
console.log(saveResult(given.name, { kind: "solver", ...circumstances(), options, results }));
updateTables();

async function run(lambda, tolerance) {
  const { reference, statistics, graph, order } = problem;
  const context = { spotCount, meanDegree: graph.indices.length / spotCount };
  const session = bcd.start(reference, bcd.resolveOptions({ lambda }), context);
  const input = { typeCount, statistics, graph, spatialOrder: order };
  const cpu = process.cpuUsage();
  const started = performance.now();
  const solution = await solve(bcd, session, input, resolveSolveOptions({ tolerance }));
  const seconds = (performance.now() - started) / 1000;
  return { solution, seconds, cpuSeconds: process.cpuUsage(cpu).user / 1e6, settings: session.settings };
}

/** What the stages before hand to the solver, for a simulated tissue, and the article's lambda on its scale. */
async function makeProblem() {
  const options = { spotCount, typeCount, geneCount: 3000, depth: 185, seed: 1 };
  const tissue = simulateTissue(options);
  const { values } = await collect(tissue.coordinates);
  const coordinates = { dimension: 2, values };
  const spatial = {
    geneNames: tissue.geneNames,
    counts: tissue.counts,
    readCoordinates: async () => coordinates,
  };
  const signature = blended(tissue.reference.signature);
  const taken = await taking(spatial, signature, {});
  const few = simulateTissue({ ...options, spotCount: 2000 });
  const fewPlaces = { dimension: 2, values: (await collect(few.coordinates)).values };
  const fewSpots = { geneNames: few.geneNames, counts: few.counts, readCoordinates: async () => fewPlaces };
  const article = await taking(fewSpots, signature, { targetSum: 1e6, logBase: 2 });
  const scale =
    meanDiagonal(taken.reference.gram, typeCount) / meanDiagonal(article.reference.gram, typeCount);
  return { ...taken, order: spatialOrder(coordinates), scale };
}

/** The problem as a solver gets it from deconvolve: this one only keeps it. */
async function taking(spatial, signature, options) {
  const taken = {};
  const taker = {
    name: "taker",
    coupling: "neighbors",
    input: "statistics",
    resolveOptions: () => ({}),
    start(reference) {
      taken.reference = reference;
      return {
        statWidth: typeCount + 1,
        settings: {},
        summarize: (rows, out) => out.set(rows.values),
        sweep({ statistics, indptr, indices }, abundance) {
          if (indices.length > 0) taken.graph = { spotCount: indptr.length - 1, indptr, indices };
          taken.statistics = statistics;
          abundance.fill(1);
          return { largestChange: 0 };
        },
      };
    },
  };
  await deconvolve(spatial, signature, { solver: taker, ...options });
  return taken;
}

/** Types 1, 3, 5, 7 and 9 moved towards the type before them. */
function blended(signature) {
  const values = signature.values.slice();
  const width = signature.geneNames.length;
  for (let pair = 0; blend > 0 && pair < 5; pair++) {
    for (let g = 0; g < width; g++) {
      const at = (2 * pair + 1) * width + g;
      values[at] = blend * values[at - width] + (1 - blend) * values[at];
    }
  }
  return { ...signature, values };
}

function largestError(found, wanted) {
  let worst = 0;
  for (let at = 0; at < found.length; at += typeCount) {
    const total = (x) => x.subarray(at, at + typeCount).reduce((sum, value) => sum + value, 0);
    const [foundTotal, wantedTotal] = [total(found), total(wanted)];
    if (foundTotal === 0 && wantedTotal === 0) continue;
    for (let k = at; k < at + typeCount; k++) {
      worst = Math.max(worst, Math.abs(found[k] / foundTotal - wanted[k] / wantedTotal));
    }
  }
  return worst;
}
