import { type CsrChunk, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import { buildCountLikelihood, type CountVariance } from "./count-likelihood.js";
import { climb } from "./fit-counts.js";
import { buildNewtonStep, type CountRow, landStep, type NewtonStep, takeStep } from "./newton-step.js";

/** By how many Newton steps each spot is refined. */
export type RefiningSteps = "one" | "one or two" | "all";

/** What a refining pass works with. K types, G genes. */
export interface Refinement {
  readonly typeCount: number;
  /** K x G, rows sum to 1: the types' shares of genes. */
  readonly profiles: Float64Array;
  readonly variance: CountVariance;
  readonly steps: RefiningSteps;
}

export interface Refiner {
  /** K x K: the Gram matrix that goes with what `refine` writes. */
  readonly gram: Float64Array;
  /**
   * Takes each spot from the proportions that a first solve gave it towards the most likely ones of its counts, and keeps of the
   * likelihood there the quadratic n p'Gp / 2 - c'p over proportions p that has its minimum, and its slopes where a type is absent:
   * K + 1 numbers, (c, n), as those of count-weighted least squares.
   *
   * @param rows raw counts over the G genes
   * @param start rows x K, the proportions; a row that is not numbers, or all 0, stands for equal ones
   * @param out rows x (K + 1), overwritten
   */
  refine(rows: CsrChunk, start: StatArray, out: StatArray): void;
}

/** A proportion below this is left out at the start, for the gradient to call for: it halves the types in use. */
const LEAST_START = 0.01;
/** Where the first step moves a proportion by more than this, the picture it was taken by was of somewhere else. */
const FAR_STEP = 0.1;
/** A step whose end holds more than so many times the spot's counts, or less than that part of them, is none to take. */
const MOST_GROWTH = 4;

export function buildRefiner({ typeCount, profiles, variance, steps }: Refinement): Refiner {
  const likelihood = buildCountLikelihood(profiles, typeCount, variance);
  const { gram, geneCount } = likelihood;
  const step = buildNewtonStep(likelihood);
  return {
    gram,
    refine(rows, start, out) {
      if (rows.width !== geneCount) {
        throw new ShapeError({
          subject: "refining pass",
          found: `rows of width ${rows.width}`,
          expected: `counts of ${numbered(geneCount, "gene")}`,
          remedy: "Give the counts of the genes that the profiles are of, in their order.",
        });
      }
      const { spotCount, indptr, indices, values } = rows;
      for (let spot = 0; spot < spotCount; spot++) {
        const row = { indices, values, start: indptr[spot], end: indptr[spot + 1] };
        let depth = 0;
        for (let i = row.start; i < row.end; i++) depth += values[i];
        if (depth > 0) {
          startFrom(step, start, spot * typeCount, depth);
          refineSpot(step, row, depth, steps);
        }
        keepQuadratic(step, depth, out, spot * (typeCount + 1));
      }
    },
  };
}

/** Expected counts that are proportional to what of the proportions is worth beginning with. */
function startFrom({ abundance }: NewtonStep, proportions: StatArray, at: number, depth: number): void {
  const typeCount = abundance.length;
  let sum = 0;
  for (let k = 0; k < typeCount; k++) {
    const share = proportions[at + k];
    abundance[k] = share >= LEAST_START ? share : 0;
    sum += abundance[k];
  }
  for (let k = 0; k < typeCount; k++)
    abundance[k] = sum > 0 ? (depth * abundance[k]) / sum : depth / typeCount;
}

/** What is done depends on the row and its start alone. */
function refineSpot(step: NewtonStep, row: CountRow, depth: number, steps: RefiningSteps): void {
  if (steps === "all") {
    climb(step, row);
    return;
  }
  const moved = takeStep(step, row);
  if (!isSound(step, depth)) return;
  landStep(step);
  if (steps === "one" || !(moved > FAR_STEP * depth)) return;
  takeStep(step, row);
  if (isSound(step, depth)) landStep(step);
}

function isSound({ next }: NewtonStep, depth: number): boolean {
  let total = 0;
  for (let k = 0; k < next.length; k++) total += next[k];
  return total >= depth / MOST_GROWTH && total <= depth * MOST_GROWTH;
}

/** c = G b - n slope, and n. */
function keepQuadratic(step: NewtonStep, depth: number, out: StatArray, at: number): void {
  const { likelihood, abundance, gradient } = step;
  const { typeCount, gram } = likelihood;
  out[at + typeCount] = depth;
  for (let k = 0; k < typeCount; k++) {
    let product = 0;
    for (let l = 0; l < typeCount; l++) product += gram[k * typeCount + l] * abundance[l];
    const slope = abundance[k] > 0 ? 0 : Math.max(0, gradient[k]);
    out[at + k] = depth > 0 ? product - depth * slope : 0;
  }
}
