import {
  type ChunkSource,
  type CsrChunk,
  mapChunks,
  type Notice,
  type SpotRange,
  type TaskContext,
} from "@flashdeconv/core";
import { addCountCheck, buildCountCheck, type CountCheck, librarySizes } from "@flashdeconv/normalize";
import { addMoments, buildMoments, geneSubset, type MomentSums } from "@flashdeconv/select-genes";
import type { SolverContext, SolverReference, SolverSession, StatArray } from "@flashdeconv/solver";
import { type RowForm, solverRows } from "./solver-rows.js";

/** Where a thread of its own finds the section, to open and read it there. */
export interface SectionLocation {
  /** Path of the store. */
  readonly path: string;
  readonly layer?: string;
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
}

export interface SurveyInput {
  readonly location: SectionLocation | undefined;
  readonly range: SpotRange;
  /** Columns of the shared genes. */
  readonly columns: Int32Array;
}

export interface SurveyPart {
  readonly moments: MomentSums;
  readonly check: CountCheck;
}

export interface SummarizeInput {
  readonly location: SectionLocation | undefined;
  readonly range: SpotRange;
  /** Columns of the selected genes. */
  readonly columns: Int32Array;
  readonly form: RowForm;
  readonly session: SessionRequest;
  /** Written at the spots of the range: N x statWidth, and N. Shared memory where the task runs in another thread. */
  readonly statistics: StatArray;
  readonly librarySizes: Float64Array;
}

/** What a pass tells on its way. */
export type PassReport =
  | { readonly kind: "progress"; readonly spotsDone: number }
  | { readonly kind: "notice"; readonly notice: Notice };

/** The work of both passes over a range of spots: all that threads do. */
export type PassTasks = {
  readonly survey: (input: SurveyInput, context: TaskContext) => Promise<SurveyPart>;
  readonly summarize: (input: SummarizeInput, context: TaskContext) => Promise<void>;
};

export interface PassResources {
  openCounts(location: SectionLocation | undefined): Promise<ChunkSource<CsrChunk>>;
  openSession(request: SessionRequest): SolverSession;
}

/** The tasks over the given ways to open a section and a session: in place, or in a thread of their own. */
export function buildPassTasks({ openCounts, openSession }: PassResources): PassTasks {
  return {
    /** Checks that the values are counts and gathers the moments of the shared genes. */
    async survey({ location, range, columns }, context) {
      const check = buildCountCheck();
      const checked = mapChunks(await openCounts(location), (chunk) => {
        addCountCheck(check, chunk);
        return chunk;
      });
      const moments = buildMoments(columns.length);
      const stream = geneSubset(checked, columns).chunks(streamOptions(range, context));
      for await (const chunk of stream) addMoments(moments, chunk);
      return { moments, check };
    },

    /** Reduces each spot to the few numbers the solver keeps of it. */
    async summarize(input, context) {
      const { range, columns, form, statistics } = input;
      const session = openSession(input.session);
      const selected = mapChunks(geneSubset(await openCounts(input.location), columns), (chunk) => {
        const { spotStart, spotCount } = chunk;
        librarySizes(chunk, input.librarySizes.subarray(spotStart, spotStart + spotCount));
        return chunk;
      });
      const { statWidth } = session;
      for await (const rows of solverRows(selected, form).chunks(streamOptions(range, context))) {
        const { spotStart, spotCount } = rows;
        const out = statistics.subarray(spotStart * statWidth, (spotStart + spotCount) * statWidth);
        session.summarize(rows, out);
      }
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
