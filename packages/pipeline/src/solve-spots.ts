import type { Executor } from "@flashdeconv/core";
import {
  inlineRunner,
  type PieceRunner,
  type Solution,
  type Solver,
  type SolverSession,
  type StatArray,
  solve,
} from "@flashdeconv/solver";
import { allocator, statArray } from "./allocator.js";
import type { DeconvolveCallbacks } from "./deconvolve-options.js";
import type { PipelineTasks, SessionRequest } from "./pipeline-tasks.js";
import type { SolveSummaryOptions } from "./solve-summary.js";
import type { SpatialGraph } from "./spatial-graph.js";
import { threadRunner } from "./thread-runner.js";

export interface SpotsToSolve {
  readonly solver: Solver;
  readonly session: SolverSession;
  /** How another thread starts the same session. */
  readonly request: SessionRequest;
  readonly typeCount: number;
  /** N x session.statWidth, in memory of the executor's allocator. */
  readonly statistics: StatArray;
  readonly graph: SpatialGraph;
}

/** Solves all spots together, their sweeps shared among the executor's threads. */
export function solveSpots(
  executor: Executor<PipelineTasks>,
  { solver, session, request, typeCount, statistics, graph }: SpotsToSolve,
  options: SolveSummaryOptions,
  { signal, onProgress }: DeconvolveCallbacks,
): Promise<Solution<StatArray>> {
  const { spotCount, indptr, indices } = graph.neighbors;
  const allocate = allocator(executor);
  const isShared = executor.concurrency > 1;
  const inReach = (array: Int32Array) => (isShared ? copyTo(allocate(array.byteLength), array) : array);
  return solve(
    solver,
    session,
    {
      typeCount,
      statistics: isShared ? sharedStatistics(statistics, allocate) : statistics,
      graph: { spotCount, indptr: inReach(indptr), indices: inReach(indices) },
      spatialOrder: graph.order,
      abundance: statArray(options.precision, spotCount * typeCount, allocate),
      allocate,
      runner: runnerFor(executor, { session, request }, signal),
      signal,
      onProgress: ({ sweep, estimate }) =>
        onProgress?.({ stage: "solve", done: sweep, total: undefined, estimate }),
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
  return executor.concurrency > 1 ? threadRunner(executor, request, alone, signal) : alone;
}

/** As it is where all threads see it already; a message would copy it for each of them. */
function sharedStatistics(array: StatArray, allocate: (byteLength: number) => ArrayBufferLike): StatArray {
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const copy = statArray(array instanceof Float32Array ? "float32" : "float64", array.length, allocate);
  copy.set(array);
  return copy;
}

function copyTo(memory: ArrayBufferLike, array: Int32Array): Int32Array {
  const copy = new Int32Array(memory);
  copy.set(array);
  return copy;
}
