import {
  type Solution,
  type SolveOptions,
  type Solver,
  type SolverTable,
  type StatArray,
  solve,
} from "@flashdeconv/solver";
import {
  arrangeLevel,
  inlineRunner,
  looksAtNeighbors,
  needsCoarseLevels,
  type PieceRunner,
} from "@flashdeconv/solver/internal";
import type { GraphInMemory } from "../../contracts/graph.js";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import {
  allocator,
  graphInReach,
  inReach,
  type Reach,
  reachOf,
  statArray,
  usesSharing,
} from "../../runtime/allocator.js";
import { passGate } from "../../runtime/run-gate.js";
import { loadSolveState, saveSolveState } from "../../runtime/solve-pieces.js";
import { threadRunner } from "../../runtime/thread-runner.js";
import { widthOf } from "./solver-tables.js";
import type { StartedSession } from "./start-session.js";

export interface SpotsToSolve extends StartedSession {
  readonly solver: Solver;
  readonly typeCount: number;
  /** Those that the solver yields. */
  readonly tables: readonly SolverTable[];
  /** N x session.statWidth, in memory of the executor's allocator. */
  readonly statistics: StatArray;
  readonly graph: GraphInMemory;
  /** K; given where who watches the run may see the abundances between sweeps. */
  readonly typeNames?: readonly string[];
}

/** Solves all spots together, their sweeps shared among the executor's threads. */
export async function solveSpots(
  { solver, session, request, typeCount, typeNames, tables, statistics, graph }: SpotsToSolve,
  options: SolveOptions & Pick<SolveSummaryOptions, "precision">,
  run: Pick<RunContext, "executor" | "arena" | "checkpoint" | "signal" | "report"> &
    Partial<Pick<RunContext, "gate" | "onSweep">>,
): Promise<Solution<StatArray>> {
  const { executor, arena, checkpoint, gate, signal, report, onSweep } = run;
  const { spotCount } = graph.neighbors;
  const reach = reachOf({ executor, arena });
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
      spatialOrder: orderInReach(graph.order, reach),
      arrangement: graph.arrangement,
      abundance: statArray(options.precision, spotCount * typeCount, allocate),
      allocate,
      tableWidth: widthOf(tables, typeCount),
      runner: runnerFor({ session, request }, run),
      signal,
      onProgress: ({ sweep, estimate }) =>
        report({ stage: "solve", done: sweep, total: undefined, estimate }),
      resume,
      async onState(state) {
        const { level, abundance } = state;
        if (typeNames && level === "section" && abundance) onSweep?.({ typeNames, abundance });
        if (gate?.isShut) await passGate(gate, signal);
        checkpoint?.throwIfFailed();
        if (checkpoint?.isDue) await saveSolveState(checkpoint, state);
      },
    },
    options,
  );
}

/** The graph with what a solve of it finds out first, for more than one of them, in memory that their kernels and threads see. */
export function arrangeGraph(
  graph: GraphInMemory,
  { solver, session }: Pick<SpotsToSolve, "solver" | "session">,
  run: Pick<RunContext, "executor" | "arena">,
): GraphInMemory {
  const { neighbors, order } = graph;
  if (!looksAtNeighbors(solver, session)) return graph;
  const isCoarse = needsCoarseLevels(session.pull ?? 0, neighbors.spotCount);
  const level = { graph: neighbors, spatialOrder: order };
  return { ...graph, arrangement: arrangeLevel(level, isCoarse, allocator(reachOf(run))) };
}

/** Threads see the order, and no kernel does. */
function orderInReach(order: Int32Array | undefined, { isShared }: Reach): Int32Array | undefined {
  return order && inReach(order, { isShared });
}

/** Runs pieces of a sweep on the executor's threads, or on this one where there is no other. */
export function runnerFor(
  { session, request }: StartedSession,
  { executor, signal }: Pick<RunContext, "executor" | "signal">,
): PieceRunner {
  const alone = inlineRunner(session, signal);
  return usesSharing(executor) ? threadRunner(executor, request, alone, signal) : alone;
}
