import type { SharedArena } from "@flashdeconv/kernels";
import type { Solver, SolverContext, SolverReference, SolverSession } from "@flashdeconv/solver";
import type { SectionSummary } from "../../contracts/summary.js";
import type { SessionRequest } from "../../contracts/tasks.js";

export interface StartedSession {
  readonly session: SolverSession;
  /** How other threads start the same session. */
  readonly request: SessionRequest;
}

/** What a session is started with: the reference as the solver sees it, and the solver's own options. */
export interface SessionProblem {
  readonly reference: SolverReference;
  readonly solverOptions: object;
}

/** What a session may know of a summarised section. */
export function contextOf({
  spotCount,
  meanDegree,
  meanDepth,
  composition,
}: Pick<SectionSummary, "spotCount" | "meanDegree" | "meanDepth" | "composition">): SolverContext {
  return {
    spotCount,
    meanDegree,
    ...(meanDepth !== undefined && { meanDepth }),
    ...(composition !== undefined && { composition }),
  };
}

const started = new WeakMap<SessionRequest, SolverSession>();

/**
 * Starts a solver's session, and says how other threads start the same one.
 *
 * @param arena where the arrays of its tiles will lie; left out for a session that sweeps none, or without kernels
 */
export function startSession(
  solver: Solver,
  { reference, solverOptions }: SessionProblem,
  context: Omit<SolverContext, "arena">,
  arena?: SharedArena,
): StartedSession {
  const session = solver.start(reference, solverOptions, { ...context, arena });
  const request = {
    id: crypto.randomUUID(),
    solver: solver.name,
    reference,
    options: solverOptions,
    context,
    memory: arena?.memory,
  };
  started.set(request, session);
  return { session, request };
}

/** The session that this thread has started itself, by the request that came with it. */
export function startedSession(request: SessionRequest): SolverSession {
  const session = started.get(request);
  if (!session) throw new TypeError("a session of another thread");
  return session;
}
