import type { ChunkSource, DenseChunk, Notice } from "@flashdeconv/core";
import type { SolverInput, SolverReference, StatArray } from "@flashdeconv/solver";
import type { TypeConfusion } from "./confusion.js";
import type { SpatialGraph } from "./graph.js";
import type { Calibration } from "./intervals.js";
import type { Amount } from "./options.js";
import type { Parameters } from "./parameters.js";
import type { Problem } from "./problem.js";
import type { SectionProgramme } from "./programme.js";
import type { ReferenceScore } from "./score.js";

/** N x statWidth: in memory, or where they do not fit there a source, to be read as often as wanted. */
export type SpotStatistics = StatArray | ChunkSource<DenseChunk>;

/** All that a solve needs of a section and its reference; no count is read after this. N spots, K types. */
export interface SectionSummary {
  readonly spotCount: number;
  /** The kind of statistics: what the solver's `input` must be to solve them. */
  readonly input: SolverInput;
  /** The types and their Gram matrix, as solvers see them. */
  readonly reference: SolverReference;
  /** Names of types without a count in the genes in use: columns of the result that are 0, unknown to the solver. */
  readonly silentTypes: readonly string[];
  /** N x statWidth: what the solver's `summarize` keeps of each spot. */
  readonly statistics: SpotStatistics;
  /** N counts over the selected genes; 0 where the spot has none. */
  readonly librarySizes: StatArray;
  readonly graph: SpatialGraph;
  readonly meanDegree: number;
  /** Mean count of a spot over the genes in use; for "weighted-counts". */
  readonly meanDepth?: number;
  /** What the tissue as a whole consists of, K proportions; for solvers of the model of counts. */
  readonly composition?: Float64Array;
  /** Cells of each type, those of `reference` and `silentTypes` together in ascending order; left out where nobody knows. */
  readonly cellCounts?: Int32Array;
  /**
   * Mean counts of a cell over the genes in use, of the types that `cellCounts` is of; 0 for silent types. Left out where the reference is
   * not of whole counts of cells.
   */
  readonly countsPerCell?: Float64Array;
  /** What abundances are amounts of: RNA, also where left out, or cells where spots were fitted with mean counts of cells as they are. */
  readonly measures?: Amount;
  /** What the run's proportions were asked to be shares of; left out, of what `measures` says. */
  readonly amount?: Amount;
  /** How strongly answers are drawn together, as the run was given or chose it; left out where that was the solver's own matter. */
  readonly strengths?: Problem["strengths"];
  /** The solver's own options, with the strength of smoothing that was chosen. */
  readonly solverOptions: object;
  /** Which types are mistaken for each other; left out where there were no single cells to try, and by earlier summaries. */
  readonly confusion?: TypeConfusion;
  /** How wide intervals are; left out where none were asked for, or cannot be given. */
  readonly calibration?: Calibration;
  /** Whether the reference describes the section; left out by summaries from before it was asked, and where types were changed since. */
  readonly score?: ReferenceScore;
  /** The score of the types as they were, where they were changed since. */
  readonly formerScore?: ReferenceScore;
  /** What was told of the section and its reference until it was made; left out by earlier summaries. */
  readonly notices?: readonly Notice[];
  /** What the types leave unexplained; left out where nothing is, or nothing can be told of it. */
  readonly programme?: SectionProgramme;
  /** What made the summary, under the names of the command line's options. */
  readonly parameters: Parameters;
}

/** What is left of a summary when the section has been solved. */
export type SolvedSummary = Omit<SectionSummary, "statistics" | "graph" | "librarySizes">;
