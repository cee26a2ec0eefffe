import type { CsrChunk } from "@flashdeconv/core";
import {
  buildNnlsWorkspace,
  determineGram,
  resolveSolveOptions,
  type Solver,
  solve,
  solveDiagonalNnls,
} from "@flashdeconv/solver";
import {
  buildCountModel,
  type CountModel,
  correctPlatform,
  estimateOverdispersion,
  expressionProfiles,
  MOST_OVERDISPERSION,
  summarizeCounts,
  weighted,
} from "@flashdeconv/solver-weighted";
import type { NoticeList } from "../runtime/notice-list.js";
import type { Evidence } from "../stages/survey/gather-evidence.js";
import { narrow } from "../stages/survey/narrow-sample.js";
import { chooseGenes } from "./choose-genes.js";
import type { Problem } from "./normalized-problem.js";
import type { DeconvolveOptions } from "./resolve-options.js";
import { smoothedPoisson } from "./smoothed-poisson.js";

/**
 * Counts per spot and gene above which the article's method was nearer to the truth on panels of 70 to 500 genes, real and simulated
 * (apps/cli/README.md), unless counts were strongly overdispersed: there is little counting noise left for the weights to suppress.
 */
const DEEP_COUNTS_PER_GENE = 50;

/** The estimate nears its bound by halves. */
const AT_BOUND = 0.99 * MOST_OVERDISPERSION;

/**
 * The problem for solvers of the model of counts: the reference as shares of genes, adapted to the section's platform from the
 * totals of its genes, and the genes' weights from their totals and the overdispersion.
 *
 * @param sample raw counts of a sample over the shared genes, for the overdispersion
 */
export async function buildCountProblem(
  evidence: Evidence,
  sample: CsrChunk,
  options: DeconvolveOptions,
  notices: NoticeList,
): Promise<Problem> {
  const { moments, depths } = evidence;
  const { genes, signature, silentTypes } = chooseGenes(evidence, options, notices);
  const typeCount = signature.typeNames.length;
  const sectionTotals = depths?.cappedTotals(moments.rawTotal) ?? moments.rawTotal;
  const bulk = Float64Array.from(genes, (gene) => sectionTotals[gene]);
  const total = sumOf(bulk);
  const meanDepth = total / moments.spotCount;
  const usual = depths && total > 0 ? (depths.median * total) / sumOf(sectionTotals) : meanDepth;
  const countsPerGene = usual / genes.length;
  if (countsPerGene >= DEEP_COUNTS_PER_GENE) {
    notices.add({
      code: "deep-panel",
      message: `A spot has ${Math.round(countsPerGene)} counts of each of ${genes.length} genes on average, by the median spot. From ${DEEP_COUNTS_PER_GENE} on the article's method was nearer to most known truths: compare with --method flashdeconv.`,
    });
  }
  const reference = expressionProfiles(signature.values, typeCount);
  const profiles = options.platformCorrection ? correctPlatform(reference, typeCount, bulk) : reference;
  const modelFor = (phi: number) => buildCountModel(profiles, typeCount, bulk, meanDepth, phi);
  const overdispersion =
    options.overdispersion === "auto"
      ? await overdispersionOf(narrow(sample, genes), modelFor(0))
      : options.overdispersion;
  if (options.overdispersion === "auto" && overdispersion > AT_BOUND) {
    notices.add({
      code: "overdispersion-at-bound",
      message: `Counts vary around what the reference explains more than an overdispersion of ${MOST_OVERDISPERSION} allows for, which is taken: the reference may not fit this section.`,
    });
  }
  const { gram, projection, shares } = modelFor(overdispersion);
  const { solver, solverOptions } = options;
  const { typeNames } = signature;
  const isLikelihood = solver === smoothedPoisson;
  return {
    genes,
    signature,
    silentTypes,
    normalization: { kind: "raw" },
    statistics: { typeCount, geneCount: genes.length, gram, projection },
    reference: isLikelihood
      ? { typeNames, width: genes.length, values: profiles, gram }
      : { typeNames, width: typeCount, values: gram, gram },
    solverOptions: solver.resolveOptions(isLikelihood ? { overdispersion, ...solverOptions } : solverOptions),
    meanDepth,
    composition: compositionOf(bulk, gram, projection),
    shares,
    facts: { platform_correction: options.platformCorrection, overdispersion },
  };
}

/** The mix of types that is nearest to the bulk of the section, as spots are fitted: K proportions. */
function compositionOf(bulk: Float64Array, gram: Float64Array, projection: Float64Array): Float64Array {
  const typeCount = Math.sqrt(gram.length);
  const sums = new Float64Array(typeCount);
  const total = bulk.reduce((sum, count) => sum + count, 0);
  for (let g = 0; g < bulk.length; g++) {
    for (let k = 0; k < typeCount; k++) sums[k] += (bulk[g] / total) * projection[g * typeCount + k];
  }
  const mix = new Float64Array(typeCount).fill(1 / typeCount);
  const none = new Float64Array(typeCount);
  solveDiagonalNnls(buildNnlsWorkspace(typeCount), determineGram(gram, typeCount, 0).gram, none, sums, mix);
  const sum = mix.reduce((all, share) => all + share, 0);
  return mix.map((share) => (sum > 0 ? share / sum : 1 / typeCount));
}

/** The same problem for `weighted`, which fits each spot by least squares instead. */
export function leastSquaresProblem(problem: Problem): {
  readonly solver: Solver;
  readonly problem: Problem;
} {
  const { typeNames, gram } = problem.reference;
  const { overdispersion, meanDepth, ...own } = problem.solverOptions as Record<string, unknown>;
  return {
    solver: weighted as Solver,
    problem: {
      ...problem,
      reference: { typeNames, width: typeNames.length, values: gram, gram },
      solverOptions: weighted.resolveOptions(own),
    },
  };
}

/** Fits the sample's spots one by one, with the weights of Poisson counts, and looks at what is left. */
async function overdispersionOf(sample: CsrChunk, model: CountModel): Promise<number> {
  const { typeCount, gram, projection, profiles } = model;
  const { spotCount } = sample;
  const statistics = new Float64Array(spotCount * (typeCount + 1));
  summarizeCounts(sample, projection, typeCount, statistics);
  const typeNames = Array.from({ length: typeCount }, (_, k) => String(k));
  const session = weighted.start(
    { typeNames, width: typeCount, values: gram, gram },
    weighted.resolveOptions({ smoothing: 0 }),
    { spotCount, meanDegree: 0 },
  );
  const graph = { spotCount, indptr: new Int32Array(spotCount + 1), indices: new Int32Array(0) };
  const input = { typeCount, statistics, graph };
  const { abundance } = await solve(weighted, session, input, resolveSolveOptions());
  return estimateOverdispersion(sample, abundance, profiles, typeCount);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
