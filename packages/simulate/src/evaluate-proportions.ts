import {
  type ChunkSource,
  type DenseChunk,
  numbered,
  rechunk,
  ShapeError,
  type StreamOptions,
  type Values,
} from "@flashdeconv/core";
import type { Evaluation } from "./evaluation.js";
import { addEvaluation, buildEvaluation, finishEvaluation } from "./evaluation-fold.js";
import type { EvaluationOptions } from "./evaluation-options.js";

/**
 * Compares two tables in memory, row-major N x K, with rows that sum to 1. A row with a NaN on either side is left out
 * and counted.
 *
 * @throws ShapeError where the tables differ in size or are not whole rows of `typeCount`; OptionError.
 */
export function evaluateProportions(
  estimate: Values,
  truth: Values,
  typeCount: number,
  options?: Partial<EvaluationOptions>,
): Evaluation {
  const fold = buildEvaluation(typeCount, options);
  if (estimate.length !== truth.length || estimate.length % typeCount !== 0) {
    throw new ShapeError({
      subject: "evaluation",
      found: `an estimate of ${numbered(estimate.length, "number")} and a truth of ${truth.length}`,
      expected: `the same number in both, a multiple of ${numbered(typeCount, "type")}`,
      remedy: "Give one row per spot and one column per type in both tables.",
    });
  }
  const shape = {
    kind: "dense",
    spotStart: 0,
    spotCount: truth.length / typeCount,
    width: typeCount,
  } as const;
  addEvaluation(fold, { ...shape, values: estimate }, { ...shape, values: truth });
  return finishEvaluation(fold);
}

/** Spots per step; it has no influence on the result. */
const SPOTS_PER_STEP = 4096;

/**
 * Compares two sources of N x K proportions, read side by side whatever their chunks are.
 *
 * @throws ShapeError where they differ in spots or types; OptionError; what the sources throw.
 */
export async function evaluateSources(
  estimate: ChunkSource<DenseChunk>,
  truth: ChunkSource<DenseChunk>,
  options?: Partial<EvaluationOptions>,
  streamOptions?: Omit<StreamOptions, "onProgress">,
): Promise<Evaluation> {
  if (estimate.spotCount !== truth.spotCount || estimate.width !== truth.width) {
    throw new ShapeError({
      subject: "evaluation",
      found: `an estimate of ${estimate.spotCount} x ${estimate.width} and a truth of ${truth.spotCount} x ${truth.width}`,
      expected: "the same spots and types in both",
      remedy: "Check that both belong to the same tissue and reference.",
    });
  }
  const fold = buildEvaluation(estimate.width, options);
  const truths = rechunk(truth, SPOTS_PER_STEP).chunks(streamOptions)[Symbol.asyncIterator]();
  try {
    for await (const chunk of rechunk(estimate, SPOTS_PER_STEP).chunks(streamOptions)) {
      const next = await truths.next();
      if (!next.done) addEvaluation(fold, chunk, next.value);
    }
  } finally {
    await truths.return?.();
  }
  return finishEvaluation(fold);
}
