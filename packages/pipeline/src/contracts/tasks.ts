import type { Coordinates, NeighborGraph, Notice, SpotRange, TaskContext } from "@flashdeconv/core";
import type { GraphOptions } from "@flashdeconv/graph";
import type { NeighborSearch, RangeSearched } from "@flashdeconv/graph/internal";
import type { KernelChoice } from "@flashdeconv/kernels";
import type { CountCheck } from "@flashdeconv/normalize";
import type { MomentSums } from "@flashdeconv/select-genes";
import type { SolverContext, SolverReference, StatArray, SweepStats } from "@flashdeconv/solver";
import type {
  LevelWork,
  PieceAssessment,
  SolveLevel,
  SweepJob,
  TableRows,
} from "@flashdeconv/solver/internal";
import type { Refinement } from "@flashdeconv/solver-poisson/internal";
import type { StoreAccess, StoreLocation } from "@flashdeconv/stores";
import type { DepthSums } from "./depth-sums.js";
import type { StripArrangement } from "./graph.js";
import type { RowForm } from "./problem.js";
import type { SampleRows, SpotSample } from "./sample.js";

export interface ArrangeSpotsInput {
  readonly coordinates: Coordinates;
  readonly neighborCount: number;
  /** Whether the search may lie where the coordinates are; false by default. */
  readonly takesOver?: boolean;
  /** That of an arena, for the graph to lie in. */
  readonly memory?: WebAssembly.Memory;
}

export interface ArrangeStripsInput {
  readonly graph: NeighborGraph;
  readonly order: Int32Array | undefined;
  /** Of the scratch file that neighbours and coarse rows are written to. */
  readonly path: string;
}

export interface SearchNeighborsInput {
  readonly search: NeighborSearch;
  /** Of places. */
  readonly range: SpotRange;
}

/** The steps from coordinates to what the solve wants to know of them. Arrays that are large come in the allocator's memory. */
export type GraphTasks = {
  readonly arrangeSpots: (input: ArrangeSpotsInput) => NeighborSearch;
  /** A search that took too many steps, by a tree in its memory. */
  readonly arrangeAgain: (failed: NeighborSearch) => NeighborSearch;
  readonly searchNeighbors: (input: SearchNeighborsInput, context: TaskContext) => Promise<RangeSearched>;
  readonly joinNeighbors: (input: {
    readonly search: NeighborSearch;
    /** As in ArrangeSpotsInput. */
    readonly memory?: WebAssembly.Memory;
  }) => NeighborGraph;
  /** All of it at once, for the kinds that are not searched in ranges. */
  readonly buildGraph: (input: { coordinates: Coordinates; options: Partial<GraphOptions> }) => NeighborGraph;
  readonly orderSpots: (coordinates: Coordinates) => Int32Array;
  readonly arrangeStrips: (input: ArrangeStripsInput) => Promise<StripArrangement>;
};

/** Rows of a store that are a section of their own, as runs: `starts[i]` to `ends[i] - 1`, ascending and apart. */
export interface SectionRows {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/** Where a thread of its own finds the section, to open and read it there. */
export interface SectionLocation {
  /** Of the store: a path or URL, or what an opener that each thread has registered takes. */
  readonly store: StoreLocation | string;
  readonly layer?: string;
  /** Of a SpatialData container. */
  readonly table?: string;
  /**
   * Given for a store behind a URL, and how it is reached: no credentials, which each thread looks up by itself. With a ledger that is shared
   * the threads count requests together, and none reads another version of an object than the others.
   */
  readonly access?: StoreAccess;
  /** Given where the section is not the whole store. The id tells these rows from all others. */
  readonly rows?: SectionRows & { readonly id: string };
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
  /** Spots whose counts are summed: ascending ranges at whole blocks of ordered sums. All of `range` if left out. */
  readonly summed?: readonly SpotRange[];
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
   * Where the rows are written, at the spots of the range: N x statWidth in memory that the caller sees, or a scratch file. Left out, they
   * come back with the part.
   */
  readonly statistics?: StatArray | { readonly path: string };
  /** N, written in memory that the caller sees; left out, they come back with the part. */
  readonly librarySizes?: StatArray;
  /** G: of the residual programme, where there is one. */
  readonly loadings?: Float64Array;
  /** N sums of loadings, as `librarySizes`. */
  readonly sums?: StatArray;
  /** Columns of the genes that a survey of some spots has left out; given where a census is wanted. */
  readonly unseen?: Int32Array;
  /** Where the counts in use are to be kept, up to so many bytes. */
  readonly keep?: { readonly path: string; readonly mostBytes: number };
}

/** A scratch file of counts in use, and its length. */
export interface KeptFile {
  readonly path: string;
  readonly byteCount: number;
}

/** What a pass over all spots finds that a survey of some of them could not. */
export interface Census {
  readonly check: CountCheck;
  /** By gene that the survey left out: spots that have a count of it. */
  readonly spotCounts: Int32Array;
}

export interface RefineInput {
  readonly location: SectionLocation | undefined;
  readonly range: SpotRange;
  /** Columns of the genes in use. */
  readonly columns: Int32Array;
  readonly refinement: Refinement;
  readonly precision: "float64" | "float32";
  /** The proportions to begin with: rows x K from spot `first` on, or a scratch file of all rows. */
  readonly start: { readonly rows: StatArray; readonly first: number } | { readonly path: string };
  readonly kernels: KernelChoice;
  /** The counts of the range, where they were kept: read instead of the section. */
  readonly kept?: KeptFile;
  /** As in SummarizeInput. */
  readonly statistics?: StatArray | { readonly path: string };
}

/** What a range of spots was reduced to, as far as it is not written where it belongs already. */
export interface SummaryPart {
  /** Rows of the range x statWidth. */
  readonly statistics?: StatArray;
  /** Rows of the range. */
  readonly librarySizes?: StatArray;
  /** Rows of the range, where loadings were given. */
  readonly sums?: StatArray;
  readonly census?: Census;
  /** How long the file of kept counts is, where they are all there. */
  readonly keptBytes?: number;
}

/** Pieces that threads share among them. */
export interface SharedPieces {
  /** One number in shared memory, of pieces that a thread has taken; all threads are told of all pieces. */
  readonly turns: Int32Array;
}

export interface SweepInput extends SharedPieces {
  readonly session: SessionRequest;
  /** Arrays of their levels in shared memory where the task runs in another thread. */
  readonly jobs: readonly SweepJob[];
}

export interface AssessInput extends SharedPieces {
  readonly session: SessionRequest;
  readonly level: SolveLevel;
  /** Ranges of the level's order of updates. */
  readonly pieces: readonly SpotRange[];
}

export interface LevelWorkInput extends SharedPieces {
  /** Its arrays in shared memory where the task runs in another thread. */
  readonly work: LevelWork;
  /** Ranges of rows. */
  readonly pieces: readonly SpotRange[];
}

export interface TabulateInput extends AssessInput {
  /** In memory that the caller sees. */
  readonly rows: TableRows;
}

/** What a pass tells on its way. */
export type PassReport =
  | { readonly kind: "progress"; readonly spotsDone: number }
  | { readonly kind: "notice"; readonly notice: Notice };

/** All that threads do: neighbours, the passes over a range of spots, and pieces of the solve. */
export type PipelineTasks = GraphTasks & {
  readonly survey: (input: SurveyInput, context: TaskContext) => Promise<SurveyPart>;
  readonly summarize: (input: SummarizeInput, context: TaskContext) => Promise<SummaryPart>;
  readonly refine: (input: RefineInput, context: TaskContext) => Promise<Pick<SummaryPart, "statistics">>;
  readonly sweep: (input: SweepInput) => SweepStats[];
  /** Resolves to the judgements of the pieces that the thread took, by their numbers. */
  readonly assess: (input: AssessInput) => { readonly piece: number; readonly assessment: PieceAssessment }[];
  readonly workOnLevel: (input: LevelWorkInput) => void;
  readonly tabulate: (input: TabulateInput) => void;
};
