import {
  type ChunkSource,
  type CsrChunk,
  freeChunk,
  type Notice,
  type SpotRange,
  type TaskContext,
} from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/graph";
import type { KernelChoice } from "@flashdeconv/kernels";
import { buildCountCheck, buildCountChecker, type CountCheck, librarySizes } from "@flashdeconv/normalize";
import {
  addDepths,
  buildDepthSums,
  buildGeneMap,
  buildMomentAdder,
  buildMoments,
  buildRenumbering,
  type DepthSums,
  type MomentSums,
  renumberInPlace,
} from "@flashdeconv/select-genes";
import {
  assessPiece,
  type PieceAssessment,
  type SolveLevel,
  type SolverContext,
  type SolverReference,
  type SolverSession,
  type StatArray,
  type SweepJob,
  type SweepStats,
  sweepPiece,
} from "@flashdeconv/solver";
import type { StoreAccess } from "@flashdeconv/stores";
import { bytesOf, type ScratchFile } from "../contracts/scratch.js";
import { statArray } from "../runtime/allocator.js";
import { buildGraphTasks, type GraphTasks } from "./neighbors/graph-tasks.js";
import { buildRowMaker, type RowForm } from "./summarize/solver-rows.js";
import { SampleCollector, type SampleRows } from "./survey/sample-rows.js";
import { NO_SAMPLE, type SpotSample } from "./survey/sample-spots.js";

/** Where a thread of its own finds the section, to open and read it there. */
export interface SectionLocation {
  /** Path or URL of the store. */
  readonly path: string;
  readonly layer?: string;
  /** Of a SpatialData container. */
  readonly table?: string;
  /**
   * Given for a store behind a URL, and how it is reached: no credentials, which each thread looks up by itself. With a ledger that is shared
   * the threads count requests together, and none reads another version of an object than the others.
   */
  readonly access?: StoreAccess;
}

/** What a thread needs to start the same solver session as the others. */
export interface SessionRequest {
  /** Tells one run's session from another's. */
  readonly id: string;
  /** Name of a built-in solver. */
  readonly solver: string;
  readonly reference: SolverReference;
  readonly options: object;
  readonly context: SolverContext;
  /** The arena that the arrays of the solve lie in. */
  readonly memory?: WebAssembly.Memory;
}

export interface SurveyInput {
  readonly location: SectionLocation | undefined;
  readonly range: SpotRange;
  /** Columns of the shared genes. */
  readonly columns: Int32Array;
  /** Spots, ascending, whose rows are wanted; none if left out. */
  readonly sample?: Pick<SpotSample, "spots" | "isCore">;
  /** Whether totals are wanted apart by the depth of spots, too. */
  readonly withDepths?: boolean;
  readonly kernels?: KernelChoice;
}

export interface SurveyPart {
  readonly moments: MomentSums;
  readonly check: CountCheck;
  readonly sample: SampleRows;
  readonly depths?: DepthSums;
}

export interface SummarizeInput {
  readonly location: SectionLocation | undefined;
  readonly range: SpotRange;
  /** Columns of the selected genes. */
  readonly columns: Int32Array;
  readonly form: RowForm;
  readonly session: SessionRequest;
  /**
   * Written at the spots of the range: N x statWidth, in memory (shared where the task runs in another thread) or in a
   * scratch file.
   */
  readonly statistics: StatArray | { readonly path: string };
  /** N, written alike; always in memory. */
  readonly librarySizes: StatArray;
}

export interface SweepInput {
  readonly session: SessionRequest;
  /** Arrays of their levels in shared memory where the task runs in another thread. */
  readonly jobs: readonly SweepJob[];
}

export interface AssessInput {
  readonly session: SessionRequest;
  readonly level: SolveLevel;
  /** Ranges of the level's order of updates. */
  readonly pieces: readonly SpotRange[];
}

/** What a pass tells on its way. */
export type PassReport =
  | { readonly kind: "progress"; readonly spotsDone: number }
  | { readonly kind: "notice"; readonly notice: Notice };

/** All that threads do: neighbours, both passes over a range of spots, and pieces of the solve. */
export type PipelineTasks = GraphTasks & {
  readonly survey: (input: SurveyInput, context: TaskContext) => Promise<SurveyPart>;
  readonly summarize: (input: SummarizeInput, context: TaskContext) => Promise<void>;
  readonly sweep: (input: SweepInput) => SweepStats[];
  readonly assess: (input: AssessInput) => PieceAssessment[];
};

export interface TaskResources {
  /** Makes the memory of large arrays that tasks return. */
  readonly allocate: Allocate;
  openCounts(location: SectionLocation | undefined): Promise<ChunkSource<CsrChunk>>;
  openSession(request: SessionRequest): SolverSession;
  openScratchFile(path: string): Promise<ScratchFile>;
}

/** The tasks over the given ways to open a section and a session: in place, or in a thread of their own. */
export function buildPipelineTasks({
  openCounts,
  openSession,
  openScratchFile,
  allocate,
}: TaskResources): PipelineTasks {
  /** Lets rows be written where they are to go. */
  async function statisticsWriter({ statistics, form }: SummarizeInput, statWidth: number) {
    if (!("path" in statistics)) {
      return async (start: number, spotCount: number, write: (out: StatArray) => void) =>
        write(statistics.subarray(start * statWidth, (start + spotCount) * statWidth));
    }
    const file = await openScratchFile(statistics.path);
    let memory = statArray(form.precision, 0);
    return async (start: number, spotCount: number, write: (out: StatArray) => void) => {
      const length = spotCount * statWidth;
      if (memory.length < length) memory = statArray(form.precision, length);
      const rows = memory.subarray(0, length);
      write(rows);
      await file.write(bytesOf(rows), start * statWidth * rows.BYTES_PER_ELEMENT);
    };
  }

  return {
    ...buildGraphTasks(allocate),

    /** Checks that the values are counts and gathers the moments of the shared genes. */
    async survey({ location, range, columns, sample, withDepths, kernels }, context) {
      const check = buildCountCheck();
      const addCountCheck = buildCountChecker(kernels);
      const moments = buildMoments(columns.length);
      const counts = await openCounts(location);
      const map = buildGeneMap(columns, counts.width);
      const addMoments = buildMomentAdder(map, kernels);
      const depths = withDepths ? buildDepthSums(columns.length) : undefined;
      const collector = new SampleCollector(sample ?? NO_SAMPLE, range.start);
      for await (const chunk of counts.chunks(streamOptions(range, context))) {
        addCountCheck(check, chunk);
        addMoments(moments, chunk);
        if (depths) addDepths(depths, chunk, map);
        collector.add(chunk, map);
        freeChunk(chunk);
      }
      return { moments, check, sample: collector.finish(), ...(depths && { depths }) };
    },

    /** Reduces each spot to the few numbers the solver keeps of it. */
    async summarize(input, context) {
      const { range, columns, form } = input;
      const session = openSession(input.session);
      const counts = await openCounts(input.location);
      const renumbering = buildRenumbering(columns, counts.width);
      const rowsOf = buildRowMaker(form);
      const { statWidth } = session;
      const put = await statisticsWriter(input, statWidth);
      for await (const chunk of counts.chunks(streamOptions(range, context))) {
        const { spotStart: start, spotCount } = chunk;
        const selected = renumberInPlace(chunk, renumbering);
        librarySizes(selected, input.librarySizes.subarray(start, start + spotCount));
        await put(start, spotCount, (out) => session.summarize(rowsOf(selected), out));
        freeChunk(chunk);
      }
    },

    sweep({ session: request, jobs }) {
      const session = openSession(request);
      return jobs.map(({ level, pieces, relaxation }) => {
        let largestChange = 0;
        for (const piece of pieces) {
          const stats = sweepPiece(session, level, piece, relaxation);
          largestChange = Math.max(largestChange, stats.largestChange);
        }
        return { largestChange };
      });
    },

    assess({ session: request, level, pieces }) {
      const session = openSession(request);
      return pieces.map((piece) => assessPiece(session, level, piece));
    },
  };
}

function streamOptions(spotRange: SpotRange, { signal, report }: TaskContext) {
  const tell = (data: PassReport) => report(data);
  return {
    spotRange,
    signal,
    onProgress: ({ spotsDone }: { spotsDone: number }) => tell({ kind: "progress", spotsDone }),
    onNotice: (notice: Notice) => tell({ kind: "notice", notice }),
  };
}
