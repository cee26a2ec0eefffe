import { type CsrChunk, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { chooseKernel, type KernelChoice, refineCountsKernel } from "@flashdeconv/kernels";
import type { StatArray } from "@flashdeconv/solver";
import { buildTypeChooser, type TypeChooser } from "./choose-types.js";
import { buildCountLikelihood, type CountVariance } from "./count-likelihood.js";
import { CLIMB_LIMITS } from "./fit-counts.js";
import { buildNewtonStep } from "./newton-step.js";
import { REFINING_LIMITS, type RefiningSteps, refineRows } from "./refine-counts.js";
import { setRowWidth } from "./set-limits.js";

/** What a refining pass works with. K types, G genes. */
export interface Refinement {
  readonly typeCount: number;
  /** K x G, rows sum to 1: the types' shares of genes. */
  readonly profiles: Float64Array;
  readonly variance: CountVariance;
  readonly steps: RefiningSteps;
  /** At most so many types a spot, which are chosen in place of a step; left out, each spot takes its steps. */
  readonly mostTypes?: number;
}

export interface Refiner {
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

/** Numbers that a pass leaves of each spot. */
export function refinedWidth({ typeCount, mostTypes }: Refinement): number {
  return mostTypes === undefined ? typeCount + 1 : setRowWidth(mostTypes);
}

/** How a pass finds sets of at most `mostTypes` types; see `TypeChooser`. */
export function buildChooser({
  typeCount,
  profiles,
  variance,
  mostTypes = typeCount,
}: Refinement): TypeChooser {
  return buildTypeChooser(buildCountLikelihood(profiles, typeCount, variance), mostTypes);
}

/** K x K: the Gram matrix that goes with what a `Refiner` writes. */
export function refiningGram({ typeCount, profiles, variance }: Refinement): Float64Array {
  return buildCountLikelihood(profiles, typeCount, variance).gram;
}

/**
 * @param kernels which form of the loops to run; both give the same bits
 * @throws OptionError where `kernels` is "wasm" and the runtime cannot run it.
 */
export function buildRefiner(
  { typeCount, profiles, variance, steps }: Refinement,
  kernels: KernelChoice = "auto",
): Refiner {
  const likelihood = buildCountLikelihood(profiles, typeCount, variance);
  const { geneCount } = likelihood;
  const kernel = chooseKernel(kernels, () =>
    refineCountsKernel({
      ...likelihood,
      ...REFINING_LIMITS,
      mostSteps: steps === "one" ? 1 : 2,
      ...(steps === "all" && { climb: CLIMB_LIMITS }),
    }),
  );
  const step = buildNewtonStep(likelihood);
  return {
    refine(rows, start, out) {
      if (rows.width !== geneCount) {
        throw new ShapeError({
          subject: "refining pass",
          found: `rows of width ${rows.width}`,
          expected: `counts of ${numbered(geneCount, "gene")}`,
          remedy: "Give the counts of the genes that the profiles are of, in their order.",
        });
      }
      if (kernel) kernel.refineRows(rows, start, out);
      else refineRows({ step, steps }, rows, start, out);
    },
  };
}
