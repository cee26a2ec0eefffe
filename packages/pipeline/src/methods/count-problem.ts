import type { CsrChunk, ReferenceSignature } from "@flashdeconv/core";
import { freeArray, freeChunk, numbered, optionName } from "@flashdeconv/core/internal";
import { buildNnlsWorkspace, determineGram, solveNnls } from "@flashdeconv/solver";
import {
  buildCountModel,
  correctPlatform,
  expressionProfiles,
  MOST_OVERDISPERSION,
} from "@flashdeconv/solver-weighted";
import type { DeconvolveOptions } from "../contracts/options.js";
import type { Problem } from "../contracts/problem.js";
import type { RunContext } from "../contracts/run-context.js";
import type { Evidence } from "../stages/survey/gather-evidence.js";
import { narrow } from "../stages/survey/narrow-sample.js";
import { overdispersionOf } from "../tuning/estimate-overdispersion.js";
import { referenceNoise } from "../tuning/reference-noise.js";
import { chooseGenes } from "./choose-genes.js";

/**
 * Counts per spot and gene above which the article's method was nearer to the truth on panels of 70 to 500 genes, real and simulated
 * (apps/cli/README.md), unless counts were strongly overdispersed: there is little counting noise left for the weights to suppress.
 */
const DEEP_COUNTS_PER_GENE = 50;

/** The estimate nears its bound by halves. */
const AT_BOUND = 0.99 * MOST_OVERDISPERSION;

/** A problem with all of the model of counts. */
export interface CountProblem extends Problem {
  readonly meanDepth: number;
  readonly overdispersion: number;
  readonly composition: Float64Array;
  readonly shares: Float64Array;
  /** G: shares of the genes that the variance of their counts follows from. */
  readonly means: Float64Array;
  /** K x G: the types' shares of genes, adapted to the section's platform. */
  readonly profiles: Float64Array;
  /** K: counts that each type's profile rests on, where the reference has single cells of whole counts. */
  readonly referenceCounts?: Float64Array;
}

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
  { notices }: Pick<RunContext, "notices">,
): Promise<CountProblem> {
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
      message: `A spot has ${numbered(Math.round(countsPerGene), "count")} of each of ${numbered(genes.length, "gene")} on average, by the median spot. From ${DEEP_COUNTS_PER_GENE} on the article's method was nearer to most known truths: compare with ${optionName("method", "flashdeconv")}.`,
    });
  }
  const reference = expressionProfiles(signature.values, typeCount);
  const profiles = options.platformCorrection ? correctPlatform(reference, typeCount, bulk) : reference;
  const modelFor = (phi: number) => buildCountModel(profiles, bulk, { meanDepth, overdispersion: phi });
  const estimated = async () => {
    const [counts, plain] = [narrow(sample, genes), modelFor(0)];
    const found = await overdispersionOf(counts, plain);
    freeChunk(counts);
    freeArray(plain.projection);
    return found;
  };
  const overdispersion = options.overdispersion === "auto" ? await estimated() : options.overdispersion;
  if (options.overdispersion === "auto" && overdispersion > AT_BOUND) {
    notices.add({
      code: "overdispersion-at-bound",
      message: `Counts vary more around what the reference explains than the largest overdispersion allows for (${MOST_OVERDISPERSION}, which is used): the reference may not fit this section.`,
    });
  }
  const model = modelFor(overdispersion);
  const { gram, projection, shares, means } = model;
  const { cellCounts } = evidence;
  const { typeNames } = signature;
  return {
    genes,
    signature,
    silentTypes,
    scale: "weighed counts",
    normalization: { kind: "raw" },
    statistics: { typeCount, geneCount: genes.length, gram, projection },
    reference: { typeNames, width: typeCount, values: gram, gram },
    solverOptions: options.solver.resolveOptions(options.solverOptions),
    meanDepth,
    overdispersion,
    composition: compositionOf(bulk, gram, projection),
    shares,
    means,
    profiles,
    ...(cellCounts && {
      referenceNoise: referenceNoise(model, signature, cellCounts),
      referenceCounts: countsOf(signature, cellCounts),
    }),
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
  const determined = determineGram(gram, typeCount, 0).gram;
  solveNnls(buildNnlsWorkspace({ gram: determined, target: sums, x: mix }), 0);
  const sum = mix.reduce((all, share) => all + share, 0);
  return mix.map((share) => (sum > 0 ? share / sum : 1 / typeCount));
}

/** K: counts of the reference's cells in the signature's genes. */
function countsOf(
  { typeNames, geneNames, values }: ReferenceSignature,
  cellCounts: ReadonlyMap<string, number>,
): Float64Array {
  const geneCount = geneNames.length;
  return Float64Array.from(typeNames, (name, k) => {
    const means = values.subarray(k * geneCount, (k + 1) * geneCount);
    return (cellCounts.get(name) ?? 0) * sumOf(means);
  });
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
