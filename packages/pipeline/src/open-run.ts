import { type Executor, inlineExecutor } from "@flashdeconv/core";
import type { Solver, SolverSession } from "@flashdeconv/solver";
import type { SpatialInput } from "./contracts/inputs.js";
import { BUILT_IN_SOLVERS } from "./methods/built-in-solvers.js";
import type { DeconvolveCallbacks } from "./methods/resolve-options.js";
import { buildPipelineTasks, type PipelineTasks } from "./stages/pipeline-tasks.js";

/**
 * The given threads where they can do the work, otherwise the calling thread on the section and session as they are.
 *
 * @param spatial left out where no task is to read counts
 */
export function taskExecutor(
  spatial: SpatialInput | undefined,
  solver: Solver,
  { executor, scratch }: DeconvolveCallbacks,
  openSession: () => SolverSession,
): Executor<PipelineTasks> {
  const canRead = spatial === undefined || spatial.location !== undefined;
  if (executor && canRead && BUILT_IN_SOLVERS[solver.name] === solver) return executor;
  return inlineExecutor(
    buildPipelineTasks({
      allocate: (byteLength) => new ArrayBuffer(byteLength),
      openCounts: async () => {
        if (!spatial) throw new TypeError("no section was given to read");
        return spatial.counts;
      },
      openSession,
      openScratchFile: async (path) => {
        const file = scratch?.scratch.find(path);
        if (!file) throw new TypeError(`no scratch file ${path}`);
        return file;
      },
    }),
  );
}
