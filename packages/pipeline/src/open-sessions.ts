import { openArena } from "@flashdeconv/kernels";
import type { SolverSession } from "@flashdeconv/solver";
import type { SessionRequest } from "./contracts/tasks.js";
import { BUILT_IN_SOLVERS } from "./methods/built-in-solvers.js";

/** Starts the sessions of a thread or process that none has started for: of each, one. */
export function sessionStarter(): (request: SessionRequest) => SolverSession {
  let last: { readonly id: string; readonly session: SolverSession } | undefined;
  return ({ id, solver, reference, options, context, memory }) => {
    if (last?.id !== id) {
      const arena = memory && openArena(memory);
      last = { id, session: BUILT_IN_SOLVERS[solver].start(reference, options, { ...context, arena }) };
    }
    return last.session;
  };
}
