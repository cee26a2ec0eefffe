import type { Solver, SolverContext, SolverReference, SolverSession } from "@flashdeconv/solver";
import type { SessionRequest } from "./pipeline-tasks.js";

/** Starts a solver's session, and says how other threads start the same one. */
export function startSession(
  solver: Solver,
  reference: SolverReference,
  options: object,
  context: SolverContext,
): { readonly session: SolverSession; readonly request: SessionRequest } {
  return {
    session: solver.start(reference, options, context),
    request: { id: crypto.randomUUID(), solver: solver.name, reference, options, context },
  };
}
