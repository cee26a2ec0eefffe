import { type Allocate, arrayLike, type CoarseProblem, coarsen, type LevelProblem } from "./coarse-level.js";
import type { SolveLevel } from "./solve-level.js";
import { updateOrder } from "./update-order.js";

/** A level with all that the driver needs to sweep it. */
export interface Level extends SolveLevel {
  readonly problem: LevelProblem;
  /** Where each colour begins in `order`, and its length at the end. */
  readonly colorStarts: Int32Array;
  /** As `SolverSession.pull`: less on coarse levels, whose rows gather the counts of several spots. */
  readonly pull: number;
}

export interface CoarseLevel extends Level {
  readonly problem: CoarseProblem;
}

/** Up to this pull the answers of the spots alone are as good a start as a coarse picture, and cost less. */
const WEAK_PULL = 4;
/** Coarser and coarser levels under the finest one, until neighbours pull weakly or one row is left: each a quarter of the last. */
export function buildCoarseLevels(
  finest: Level,
  { statWidth, typeCount }: { statWidth: number; typeCount: number },
  allocate: Allocate,
): CoarseLevel[] {
  const levels: CoarseLevel[] = [];
  const { graph } = finest.problem;
  const pullPerWeight = finest.pull / (graph.indices.length / graph.spotCount);
  let level: Level = finest;
  while (level.pull > WEAK_PULL && level.problem.graph.spotCount > 1) {
    const problem = coarsen(level.problem, statWidth, allocate);
    const rowCount = problem.graph.spotCount;
    const pull = (pullPerWeight * problem.weights.reduce((sum, weight) => sum + weight, 0)) / rowCount;
    const abundance = arrayLike(finest.abundance, rowCount * typeCount, allocate);
    const coarse = { ...buildLevel(problem, abundance, pull, allocate), problem };
    levels.push(coarse);
    level = coarse;
  }
  return levels;
}

export function buildLevel(
  problem: LevelProblem,
  abundance: SolveLevel["abundance"],
  pull: number,
  allocate: Allocate,
): Level {
  const { graph, statistics, weights, spatialOrder } = problem;
  const out = new Int32Array(allocate(4 * graph.spotCount));
  const { indptr, indices } = graph;
  return {
    problem,
    pull,
    statistics,
    abundance,
    indptr,
    indices,
    weights,
    ...updateOrder(graph, spatialOrder, out),
  };
}
