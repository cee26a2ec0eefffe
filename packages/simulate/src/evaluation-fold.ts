import { type DenseChunk, ShapeError, type Values } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { averagePrecision } from "./average-precision.js";
import { addPair, buildCorrelation, type Correlation, finishCorrelation } from "./correlation.js";
import { type Evaluation, meanOfDefined } from "./evaluation.js";
import { type EvaluationOptions, resolveEvaluationOptions } from "./evaluation-options.js";
import { jensenShannonDivergence } from "./jensen-shannon-divergence.js";
import { ROUNDING, SUM_TOLERANCE } from "./normalize-rows.js";

/** What is known of an evaluation whose spots come chunk by chunk. Chunking has no influence on a bit of the result. */
export interface EvaluationFold {
  readonly typeCount: number;
  readonly options: EvaluationOptions;
  spotCount: number;
  excludedSpotCount: number;
  readonly flattened: Correlation;
  readonly perType: readonly Correlation[];
  readonly truthSums: Float64Array;
  squaredError: number;
  absoluteError: number;
  spotRmse: number;
  divergence: number;
  agreeingCount: number;
  /** Per chunk: estimates and presence of the compared spots, row-major, kept for ranking. */
  readonly kept: { readonly scores: Float64Array; readonly present: Uint8Array }[];
  /** Types that are present in some spot. */
  readonly everPresent: Uint8Array;
}

/** @throws ShapeError for no type, OptionError where an option breaks its rule. */
export function buildEvaluation(typeCount: number, options?: Partial<EvaluationOptions>): EvaluationFold {
  if (!Number.isInteger(typeCount) || typeCount < 1) {
    throw new ShapeError({
      subject: "evaluation",
      found: `${numbered(typeCount, "cell type")}`,
      expected: "at least one",
      remedy: "Give the number of columns of both tables.",
    });
  }
  return {
    typeCount,
    options: resolveEvaluationOptions(options),
    spotCount: 0,
    excludedSpotCount: 0,
    flattened: buildCorrelation(),
    perType: Array.from({ length: typeCount }, buildCorrelation),
    truthSums: new Float64Array(typeCount),
    squaredError: 0,
    absoluteError: 0,
    spotRmse: 0,
    divergence: 0,
    agreeingCount: 0,
    kept: [],
    everPresent: new Uint8Array(typeCount),
  };
}

/**
 * Takes in the same spots of estimate and truth. Chunks must come in the order of spots; neither is changed or held.
 *
 * @throws ShapeError where the two differ in spots, or in types from the evaluation, or a row does not sum to 1.
 */
export function addEvaluation(fold: EvaluationFold, estimate: DenseChunk, truth: DenseChunk): void {
  requireSameSpots(fold, estimate, truth);
  const width = fold.typeCount;
  const keptSize = fold.options.precisionRecall ? estimate.values.length : 0;
  const scores = new Float64Array(keptSize);
  const present = new Uint8Array(keptSize);
  let keptCount = 0;
  for (let start = 0; start < estimate.values.length; start += width) {
    if (hasNaN(estimate.values, start, width) || hasNaN(truth.values, start, width)) {
      fold.excludedSpotCount++;
      continue;
    }
    requireProportions("estimate", estimate, start);
    requireProportions("truth", truth, start);
    addSpot(fold, estimate.values, truth.values, start);
    for (let type = 0; type < width; type++) {
      const isPresent = truth.values[start + type] > fold.options.presenceThreshold ? 1 : 0;
      fold.everPresent[type] |= isPresent;
      if (keptSize === 0) continue;
      scores[keptCount] = estimate.values[start + type];
      present[keptCount++] = isPresent;
    }
  }
  if (keptCount > 0) {
    fold.kept.push({ scores: scores.subarray(0, keptCount), present: present.subarray(0, keptCount) });
  }
}

/** The result; with no spot to compare, its means are NaN. The fold stays as it is and can take more. */
export function finishEvaluation(fold: EvaluationFold): Evaluation {
  const { spotCount, typeCount } = fold;
  const pearsonPerType = fold.perType.map(finishCorrelation);
  const auprPerType = Array.from({ length: typeCount }, (_, type) => rankType(fold, type));
  const rarestType = findRarestType(fold);
  return {
    spotCount,
    excludedSpotCount: fold.excludedSpotCount,
    pearson: finishCorrelation(fold.flattened),
    pearsonPerType,
    meanPearsonPerType: meanOfDefined(pearsonPerType),
    rmse: Math.sqrt(fold.squaredError / (spotCount * typeCount)),
    meanSpotRmse: fold.spotRmse / spotCount,
    meanAbsoluteError: fold.absoluteError / (spotCount * typeCount),
    jensenShannonDivergence: fold.divergence / spotCount,
    dominantTypeAgreement: fold.agreeingCount / spotCount,
    auprPerType,
    meanAupr: meanOfDefined(auprPerType),
    rarestType,
    rarestTypeAupr: rarestType < 0 ? Number.NaN : auprPerType[rarestType],
  };
}

function addSpot(fold: EvaluationFold, estimate: Values, truth: Values, start: number): void {
  const { typeCount } = fold;
  let squared = 0;
  let dominant = start;
  let greatestTruth = 0;
  for (let type = 0; type < typeCount; type++) {
    const x = estimate[start + type];
    const y = truth[start + type];
    addPair(fold.flattened, x, y);
    addPair(fold.perType[type], x, y);
    fold.truthSums[type] += y;
    squared += (x - y) * (x - y);
    fold.absoluteError += Math.abs(x - y);
    if (x > estimate[dominant]) dominant = start + type;
    greatestTruth = Math.max(greatestTruth, y);
  }
  fold.spotCount++;
  fold.squaredError += squared;
  fold.spotRmse += Math.sqrt(squared / typeCount);
  fold.divergence += jensenShannonDivergence(estimate, truth, start, typeCount);
  if (truth[dominant] === greatestTruth) fold.agreeingCount++;
}

function rankType({ kept, typeCount, spotCount, options }: EvaluationFold, type: number): number {
  if (!options.precisionRecall) return Number.NaN;
  const scores = new Float64Array(spotCount);
  const present = new Uint8Array(spotCount);
  let spot = 0;
  for (const part of kept) {
    for (let i = type; i < part.scores.length; i += typeCount) {
      scores[spot] = part.scores[i];
      present[spot++] = part.present[i];
    }
  }
  return averagePrecision(scores, present);
}

function findRarestType({ truthSums, everPresent }: EvaluationFold): number {
  let rarest = -1;
  for (let type = 0; type < truthSums.length; type++) {
    if (everPresent[type] === 1 && (rarest < 0 || truthSums[type] < truthSums[rarest])) rarest = type;
  }
  return rarest;
}

function hasNaN(values: Values, start: number, width: number): boolean {
  for (let i = start; i < start + width; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/** The divergence has a meaning for proportions only. */
function requireProportions(side: string, { values, width, spotStart }: DenseChunk, start: number): void {
  let sum = 0;
  let least = 0;
  for (let i = start; i < start + width; i++) {
    sum += values[i];
    least = Math.min(least, values[i]);
  }
  if (Math.abs(sum - 1) <= SUM_TOLERANCE && least >= -ROUNDING) return;
  throw new ShapeError({
    subject: `${side} of spot ${spotStart + start / width}`,
    found: least < -ROUNDING ? `the value ${least}` : `values that sum to ${sum}`,
    expected: "proportions: numbers of at least 0 that sum to 1",
    remedy: "normalizeRows makes them of abundances or percent.",
  });
}

function requireSameSpots(fold: EvaluationFold, estimate: DenseChunk, truth: DenseChunk): void {
  if (
    estimate.width === fold.typeCount &&
    truth.width === fold.typeCount &&
    estimate.spotStart === truth.spotStart &&
    estimate.spotCount === truth.spotCount
  ) {
    return;
  }
  const describe = (chunk: DenseChunk) =>
    `${numbered(chunk.spotCount, "spot")} x ${numbered(chunk.width, "type")} from spot ${chunk.spotStart}`;
  throw new ShapeError({
    subject: "evaluation",
    found: `an estimate of ${describe(estimate)} and a truth of ${describe(truth)}`,
    expected: `the same spots in both, with ${numbered(fold.typeCount, "type")} each`,
    remedy: "Bring rows and columns of both tables into the same order, and read both in chunks of one size.",
  });
}
