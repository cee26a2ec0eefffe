import type { Executor } from "@flashdeconv/core";
import type { SharedArena } from "@flashdeconv/kernels";
import {
  inlineRunner,
  type PieceRunner,
  type Solution,
  type Solver,
  type SolverSession,
  type StatArray,
  solve,
} from "@flashdeconv/solver";
import type { DeconvolveCallbacks } from "../../methods/resolve-options.js";
import { allocator, graphInReach, inReach, statArray } from "../../runtime/allocator.js";
import { loadSolveState, saveSolveState } from "../../runtime/solve-pieces.js";
import { threadRunner } from "../../runtime/thread-runner.js";
import type { SpatialGraph } from "../neighbors/spatial-graph.js";
import type { PipelineTasks, SessionRequest } from "../pipeline-tasks.js";
import type { SolveSummaryOptions } from "./solve-section.js";

export interface SpotsToSolve {
  readonly solver: Solver;
  readonly session: SolverSession;
  /** How another thread starts the same session. */
  readonly request: SessionRequest;
  readonly typeCount: number;
  /** N x session.statWidth, in memory of the executor's allocator. */
  readonly statistics: StatArray;
  readonly graph: SpatialGraph;
  readonly arena?: SharedArena;
}

/** Solves all spots together, their sweeps shared among the executor's threads. */
export async function solveSpots(
  executor: Executor<PipelineTasks>,
  { solver, session, request, typeCount, statistics, graph, arena }: SpotsToSolve,
  options: SolveSummaryOptions,
  { signal, onProgress, checkpoint }: DeconvolveCallbacks,
): Promise<Solution<StatArray>> {
  const { spotCount } = graph.neighbors;
  const reach = { isThreaded: executor.isThreaded, arena };
  const allocate = allocator(reach);
  const kept = await loadSolveState(checkpoint);
  // A run on scratch keeps its abundances there.
  const resume = kept?.level === "section" && !kept.abundance ? undefined : kept;
  return solve(
    solver,
    session,
    {
      typeCount,
      statistics: inReach(statistics, reach),
      graph: graphInReach(graph.neighbors, reach),
      spatialOrder: graph.order,
      abundance: statArray(options.precision, spotCount * typeCount, allocate),
      allocate,
      runner: runnerFor(executor, { session, request }, signal),
      signal,
      onProgress: ({ sweep, estimate }) =>
        onProgress?.({ stage: "solve", done: sweep, total: undefined, estimate }),
      resume,
      async onState(state) {
        checkpoint?.throwIfFailed();
        if (checkpoint?.isDue) await saveSolveState(checkpoint, state);
      },
    },
    options,
  );
}

/** Runs pieces of a sweep on the executor's threads, or on this one where there is no other. */
export function runnerFor(
  executor: Executor<PipelineTasks>,
  { session, request }: Pick<SpotsToSolve, "session" | "request">,
  signal?: AbortSignal,
): PieceRunner {
  const alone = inlineRunner(session, signal);
  return executor.isThreaded ? threadRunner(executor, request, alone, signal) : alone;
}
