import type { CsrChunk } from "@flashdeconv/core";
import { librarySizes } from "@flashdeconv/normalize";
import { resolveSolveOptions, type StatArray } from "@flashdeconv/solver";
import { buildRefiner, type Refinement, refiningGram } from "@flashdeconv/solver-poisson/internal";
import type { GraphInMemory } from "../../contracts/graph.js";
import type { RunContext } from "../../contracts/run-context.js";
import { allocator, graphInReach, reachOf, statArray } from "../../runtime/allocator.js";
import { FIRST_STRENGTH, FIRST_TOLERANCE } from "../../stages/refine/first-solve.js";
import { weakened } from "../../stages/solve/set-smoothing.js";
import { solveSpots } from "../../stages/solve/solve-spots.js";
import { answerSpots } from "../../stages/solve/spot-answers.js";
import { startSession } from "../../stages/solve/start-session.js";
import { buildRowMaker } from "../../stages/summarize/solver-rows.js";
import type { Fit } from "../settle-smoothing.js";

/** Spots to be solved as a section is. */
export interface TileToSolve {
  readonly fit: Fit;
  /** What its method refines spots with; undefined where it does not. */
  readonly refinement: Refinement | undefined;
  /** Raw counts over the genes in use. */
  readonly counts: CsrChunk;
  readonly graph: GraphInMemory;
  /** Of the section. */
  readonly meanDegree: number;
}

/** Far below what intervals tell apart. */
const TOLERANCE = 2e-3;
const MOST_SWEEPS = 400;

/**
 * Proportions of the spots, M x K, by all steps of the method: NaN where there is no answer.
 *
 * @param run its arena is as it was when this resolves
 */
export async function solveTile(
  { fit, refinement, counts, graph: given, meanDegree }: TileToSolve,
  { executor, arena, kernels, signal }: Pick<RunContext, "executor" | "arena" | "kernels" | "signal">,
): Promise<Float64Array> {
  const { solver, problem } = fit;
  const { spotCount } = counts;
  const typeCount = problem.reference.typeNames.length;
  const mark = arena?.mark();
  const reach = reachOf({ executor, arena });
  const graph = { ...given, neighbors: graphInReach(given.neighbors, reach) };
  const { meanDepth, composition } = problem;
  const context = {
    spotCount,
    meanDegree,
    ...(meanDepth !== undefined && { meanDepth }),
    ...(composition !== undefined && { composition }),
  };
  const sums = new Float64Array(spotCount);
  librarySizes(counts, sums);
  const solved = async (
    gram: Float64Array,
    solverOptions: object,
    statistics: StatArray,
    tolerance: number,
  ) => {
    const reference = { ...problem.reference, values: gram, gram };
    const started = startSession(solver, { reference, solverOptions }, context, arena);
    const toSolve = { solver, typeCount, tables: [], statistics, graph, ...started };
    const solve = resolveSolveOptions({ tolerance, maxSweeps: MOST_SWEEPS });
    const alone = { executor, arena, checkpoint: undefined, signal, report: () => {} };
    const { abundance } = await solveSpots(toSolve, { precision: "float64", ...solve }, alone);
    answerSpots(abundance, sums, typeCount, { empty: "nan", fewCounts: 0 });
    return abundance;
  };
  const { session } = startSession(solver, problem, context, arena);
  const statistics = statArray("float64", spotCount * (typeCount + 1), allocator(reach));
  const makeRows = buildRowMaker({ ...problem, input: solver.input, precision: "float64", kernels });
  session.summarize(makeRows(counts, sums), statistics);
  const { gram } = problem.reference;
  const answer = refinement
    ? await refined(refinement)
    : await solved(gram, problem.solverOptions, statistics, TOLERANCE);
  const proportions = Float64Array.from(answer);
  if (mark !== undefined) arena?.rewind(mark);
  return proportions;

  async function refined(refinement: Refinement): Promise<StatArray> {
    const first = weakened(solver, problem.solverOptions, FIRST_STRENGTH);
    const start = await solved(gram, first, statistics, FIRST_TOLERANCE);
    const rows = statArray("float64", statistics.length, allocator(reach));
    buildRefiner(refinement, kernels).refine(counts, start, rows);
    return solved(refiningGram(refinement), problem.solverOptions, rows, TOLERANCE);
  }
}
