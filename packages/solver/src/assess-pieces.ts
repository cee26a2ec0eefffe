import type { SpotRange } from "@flashdeconv/core";
import type { PieceRunner, SolveLevel } from "./solve-level.js";
import type { Assessment } from "./solver.js";

/**
 * Judgement of a section, gathered block by block in any order. The objective is summed over spots within blocks and then over
 * blocks by their number, so that its bits depend on neither.
 */
export interface AssessmentSum {
  /** Per block, its spots' share of the objective. */
  readonly objectives: Float64Array;
  kktResidual: number;
  proportionErrorBound: number;
}

export function buildAssessmentSum(blockCount: number): AssessmentSum {
  return { objectives: new Float64Array(blockCount), kktResidual: 0, proportionErrorBound: 0 };
}

/** Judges pieces of a level. Their blocks are `blocks`, in that order. */
export async function addAssessments(
  sum: AssessmentSum,
  runner: PieceRunner,
  level: SolveLevel,
  { pieces, blocks }: { readonly pieces: readonly SpotRange[]; readonly blocks: Int32Array },
): Promise<void> {
  let at = 0;
  for (const { objectives, kktResidual, proportionErrorBound } of await runner.assess(level, pieces)) {
    for (const objective of objectives) sum.objectives[blocks[at++]] = objective;
    sum.kktResidual = Math.max(sum.kktResidual, kktResidual);
    sum.proportionErrorBound = Math.max(sum.proportionErrorBound, proportionErrorBound);
  }
}

export function finishAssessments({
  objectives,
  kktResidual,
  proportionErrorBound,
}: AssessmentSum): Assessment {
  let objective = 0;
  for (const share of objectives) objective += share;
  // No proportion can be wrong by more than 1.
  return { objective, kktResidual, proportionErrorBound: boundedByOne(proportionErrorBound) };
}

/** Infinity stays: it says that nothing is known. */
function boundedByOne(bound: number): number {
  return Number.isFinite(bound) ? Math.min(1, bound) : bound;
}
