import { type Executor, inlineExecutor } from "@flashdeconv/core";
import type { SolverSession } from "@flashdeconv/solver";
import { BUILT_IN_SOLVERS } from "./built-in-solvers.js";
import type { DeconvolveCallbacks, DeconvolveOptions } from "./deconvolve-options.js";
import type { SpatialInput } from "./inputs.js";
import { buildPipelineTasks, type PipelineTasks } from "./pipeline-tasks.js";

/** The given threads where they can do the work, otherwise the calling thread on the section and session as they are. */
export function taskExecutor(
  spatial: SpatialInput,
  { solver }: DeconvolveOptions,
  { executor }: DeconvolveCallbacks,
  openSession: () => SolverSession,
): Executor<PipelineTasks> {
  const canShare = spatial.location !== undefined && BUILT_IN_SOLVERS[solver.name] === solver;
  if (executor && canShare) return executor;
  return inlineExecutor(buildPipelineTasks({ openCounts: async () => spatial.counts, openSession }));
}
