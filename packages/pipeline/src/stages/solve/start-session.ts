import type { SharedArena } from "@flashdeconv/kernels";
import type { Solver, SolverContext, SolverReference, SolverSession } from "@flashdeconv/solver";
import type { SessionRequest } from "../pipeline-tasks.js";

/**
 * Starts a solver's session, and says how other threads start the same one.
 *
 * @param arena where the arrays of its tiles will lie; left out for a session that sweeps none, or without kernels
 */
export function startSession(
  solver: Solver,
  reference: SolverReference,
  options: object,
  context: Omit<SolverContext, "arena">,
  arena?: SharedArena,
): { readonly session: SolverSession; readonly request: SessionRequest } {
  return {
    session: solver.start(reference, options, { ...context, arena }),
    request: {
      id: crypto.randomUUID(),
      solver: solver.name,
      reference,
      options,
      context,
      memory: arena?.memory,
    },
  };
}
