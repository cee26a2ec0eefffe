import type { Executor, Notice } from "@flashdeconv/core";
import type { KernelChoice, SharedArena } from "@flashdeconv/kernels";
import type { StatArray } from "@flashdeconv/solver";
import type { Checkpoint } from "./checkpoint.js";
import type { Gate } from "./gate.js";
import type { NoticeList } from "./notices.js";
import type { RunMark } from "./run-mark.js";
import type { KeptCounts, ScratchUse } from "./scratch.js";
import type { SectionSummary } from "./summary.js";
import type { PipelineTasks } from "./tasks.js";

export type StageName =
  | "reference"
  | "genes"
  | "types"
  | "score"
  | "unexplained"
  | "smoothing"
  | "intervals"
  | "statistics"
  | "graph"
  | "first-solve"
  | "refine"
  | "solve"
  | "write";

/**
 * Where a run stands. `done` and `total` count cells, spots, in `types` types or, in `smoothing` and the solves, sweeps (their total is not
 * known).
 */
export interface StageProgress {
  readonly stage: StageName;
  readonly done: number;
  readonly total: number | undefined;
  /** In `solve`: estimated largest error of any proportion so far. */
  readonly estimate?: number;
}

/** What a solve has come to between two sweeps. */
export interface SweptSpots {
  /** K types in the fit. */
  readonly typeNames: readonly string[];
  /** N x K, 0 where nothing is known yet; the next sweep writes over it. */
  readonly abundance: StatArray;
}

export interface DeconvolveCallbacks {
  /**
   * Shares the passes over the section among threads (`threadPool` of `@flashdeconv/pipeline/pool`). The section must then
   * have a `location`, and the solver be built in; else, and by default, everything runs on the calling thread. The
   * result is the same to the bit. The caller closes it.
   */
  readonly executor?: Executor<PipelineTasks>;
  /**
   * Keeps statistics, abundances and proportions in files instead of memory. The result is the same to the bit. Its
   * proportions are read from scratch, which the caller removes when it is done with them.
   */
  readonly scratch?: ScratchUse;
  /**
   * Keeps the counts of the genes in use between the passes of methods that refine, which else read the section once more. The result is
   * the same to the bit. The caller removes the scratch.
   */
  readonly keptCounts?: KeptCounts;
  /**
   * Keeps finished pieces, so that a run that was stopped resumes from them, with the same bits. It must belong to these inputs and
   * options alone; with `scratch`, to that scratch too.
   */
  readonly checkpoint?: Checkpoint;
  /**
   * Leaves the passes over the section to others: what each takes goes to the checkpoint, from which its parts are taken in. The run
   * rejects with a RunStopped at a pass of which parts are not there, and at this mark.
   */
  readonly stopAt?: RunMark;
  /** Given the summary of the section before it is solved, to keep it for `solveSummary`; awaited. It must not be changed. Not called with `maxTypes`: sets of types are chosen by counts, which no summary has. */
  readonly onSummary?: (summary: SectionSummary) => void | Promise<void>;
  /** Where a solve waits between sweeps while it is shut; the pool's is the same one. */
  readonly gate?: Gate;
  /**
   * Shown the abundances between sweeps, for a map of what is known so far; they must not be changed. Not called for what lies on scratch,
   * nor for a store of several sections.
   */
  readonly onSweep?: (spots: SweptSpots) => void;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StageProgress) => void;
  /** Told once per kind of repair or decision the user should hear of. All are in the result too. */
  readonly onNotice?: (notice: Notice) => void;
}

/** What all stages of a run share: who works, where arrays lie, what is kept, and who is told. */
export interface RunContext {
  /** The threads, or the calling one where there are no others or they cannot do the work. */
  readonly executor: Executor<PipelineTasks>;
  readonly kernels: KernelChoice;
  /** Where the arrays of the solve lie, for kernels to work on. */
  readonly arena: SharedArena | undefined;
  readonly scratch: ScratchUse | undefined;
  readonly keptCounts: KeptCounts | undefined;
  readonly checkpoint: Checkpoint | undefined;
  readonly stopAt: RunMark | undefined;
  readonly gate: Gate | undefined;
  readonly onSweep: DeconvolveCallbacks["onSweep"];
  readonly signal: AbortSignal | undefined;
  readonly notices: NoticeList;
  readonly report: (progress: StageProgress) => void;
}
