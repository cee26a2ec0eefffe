import { inlineExecutor } from "@flashdeconv/core";
import { allocateHere } from "@flashdeconv/core/internal";
import type { KernelChoice } from "@flashdeconv/kernels";
import type { Solver } from "@flashdeconv/solver";
import type { ReferenceInput, SpatialInput } from "./contracts/inputs.js";
import type { NoticeList } from "./contracts/notices.js";
import type { DeconvolveOptions } from "./contracts/options.js";
import type { DeconvolveCallbacks, RunContext } from "./contracts/run-context.js";
import { BUILT_IN_SOLVERS } from "./methods/built-in-solvers.js";
import { type ArenaSize, startArena } from "./runtime/allocator.js";
import { typeNamesOf } from "./stages/check-inputs.js";
import { buildPipelineTasks } from "./stages/pipeline-tasks.js";
import { startedSession } from "./stages/solve/start-session.js";

export interface RunRequest {
  /** Left out where no counts are read. */
  readonly section?: SpatialInput;
  readonly solver: Solver;
  readonly kernels: KernelChoice;
  readonly size: ArenaSize;
}

/** Opens what the stages of a run share: the given threads where they can do the work, otherwise the calling one. */
export function openRun(
  { section, solver, kernels, size }: RunRequest,
  callbacks: DeconvolveCallbacks,
  notices: NoticeList,
): RunContext {
  const {
    executor: threads,
    scratch,
    keptCounts,
    checkpoint,
    stopAt,
    gate,
    signal,
    onProgress,
    onSweep,
  } = callbacks;
  const canRead = section === undefined || section.location !== undefined;
  const canSolve = BUILT_IN_SOLVERS[solver.name] === solver;
  return {
    executor: threads && canRead && canSolve ? threads : callingThread(section, callbacks),
    kernels,
    arena: startArena(kernels, size, threads),
    scratch,
    keptCounts,
    checkpoint,
    stopAt,
    gate,
    onSweep,
    signal,
    notices,
    report: (progress) => onProgress?.(progress),
  };
}

/** How much the arrays of a section take, roughly. */
export function sizeOf(
  { counts: { spotCount } }: SpatialInput,
  reference: ReferenceInput,
  { neighborCount }: Pick<DeconvolveOptions, "neighborCount">,
): ArenaSize {
  return { spotCount, typeCount: typeNamesOf(reference).length, neighborCount };
}

/** The calling thread, on the section and the sessions as they are. */
function callingThread(
  section: SpatialInput | undefined,
  { scratch, keptCounts }: Pick<DeconvolveCallbacks, "scratch" | "keptCounts">,
) {
  return inlineExecutor(
    buildPipelineTasks({
      allocate: allocateHere,
      openCounts: async () => {
        if (!section) throw new TypeError("no section was given to read");
        return section.counts;
      },
      openSession: startedSession,
      openScratchFile: async (path) => {
        const file = scratch?.scratch.find(path) ?? keptCounts?.scratch.find(path);
        if (!file) throw new TypeError(`no scratch file ${path}`);
        return file;
      },
    }),
  );
}
