import type { Chunk } from "@flashdeconv/core";
import type { OptionSchema } from "@flashdeconv/core/internal";
import type { SharedArena } from "@flashdeconv/kernels";

/** Per-spot numbers kept between passes: Float64, or Float32 to halve the memory. */
export type StatArray = Float32Array | Float64Array;

/**
 * What a solver's `summarize` is fed with, row by row, and what `SolverReference.values` holds to match:
 *
 * - `counts`: raw counts over the selected genes; mean raw counts per type.
 * - `normalized`: normalised expression over the selected genes; the signature normalised the same way.
 * - `sketch`: rows of the sketched matrix (dense, `width` = sketch dimension); the sketched signature.
 * - `statistics`: K + 1 numbers per spot, the products of its sketched row with each type's sketched signature and its
 *   own squared norm; the Gram matrix. All that least squares needs, and the cheapest: no sketched row is ever made.
 * - `weighted-counts`: K + 1 numbers per spot, sum over genes of count x weight x share of the gene in each type, and the
 *   spot's count over these genes; the Gram matrix of the shares under the same weights. All that count-weighted least
 *   squares needs.
 */
export type SolverInput = "counts" | "normalized" | "sketch" | "statistics" | "weighted-counts";

/** Inputs of K + 1 numbers per spot that can be kept and solved again, as no count is needed for it. */
export type StatisticsInput = Extract<SolverInput, "statistics" | "weighted-counts">;

export function isStatisticsInput(input: SolverInput): input is StatisticsInput {
  return input === "statistics" || input === "weighted-counts";
}

/** The reference as a solver sees it. K = number of types. */
export interface SolverReference {
  readonly typeNames: readonly string[];
  /** Numbers per row given to `summarize`, and columns of `values`; for `statistics` and `weighted-counts` the rows carry one more. */
  readonly width: number;
  /** K x width, row-major, on the scale of the rows. */
  readonly values: Float64Array;
  /** K x K, products of the types' sketched normalised signatures. */
  readonly gram: Float64Array;
}

/** Facts about the section that defaults may depend on. */
export interface SolverContext {
  readonly spotCount: number;
  /** Mean number of neighbours over all spots. */
  readonly meanDegree: number;
  /** Where the arrays of tiles lie, if they lie in one memory: a session may work on them there with WebAssembly. */
  readonly arena?: SharedArena;
  /** Mean count of a spot over the genes in use; left out where nobody knows. */
  readonly meanDepth?: number;
  /** What the tissue as a whole consists of, K proportions; left out where nobody knows. */
  readonly composition?: Float64Array;
}

/** What a sweep over some spots did. */
export interface SweepStats {
  /** Largest change of any abundance, each relative to its spot's total; spots without abundance are left out. */
  readonly largestChange: number;
}

/** How good an answer is, over the spots of a tile. */
export interface Assessment {
  /** These spots' share of the objective. */
  readonly objective: number;
  /** Largest violation of the optimality conditions: |gradient| where abundance is positive, how far below 0 elsewhere. */
  readonly kktResidual: number;
  /** Upper bound of the error of any proportion, from the contraction of the exact sweep; Infinity where it cannot tell. */
  readonly proportionErrorBound: number;
}

/**
 * Some spots to update and all that is needed for it. Row numbers index the arrays of this tile, which may hold the
 * whole section or only the owned spots and their neighbours (the halo).
 */
export interface Tile {
  /** Rows to update, in this order. */
  readonly spots: Int32Array;
  /** Rows x statWidth: what `summarize` wrote. */
  readonly statistics: StatArray;
  /** Neighbours of row `i`: `indices[indptr[i]] .. indices[indptr[i + 1] - 1]`. */
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  /** What each neighbour of `indices` counts for, next to the spot's own statistics; 1 if left out. Coarse levels have them. */
  readonly weights?: Float64Array;
  /** Over-relaxation of this sweep, 1 <= relaxation < 2; a session may ignore it. */
  readonly relaxation: number;
}

/** A table that a solver yields beside the abundances: a row for each spot. */
export interface SolverTable {
  /** Lower case letters, digits and `_`; the result keeps the table under it. */
  readonly name: string;
  /** A column for each type, or columns of these names. */
  readonly columns: "types" | readonly string[];
}

/**
 * One deconvolution method, as a plugin. It is a plain object: the library takes it as it is, the command line takes
 * the name of a module whose default export it is.
 */
export interface Solver<O extends object = object> {
  readonly name: string;
  /** `independent`: a spot's answer depends on its own row alone, so one sweep is all. `neighbors`: swept until it converges. */
  readonly coupling: "independent" | "neighbors";
  readonly input: SolverInput;
  /** How strongly it smooths, where that is an option: what an automatic choice of the strength needs to know. */
  readonly smoothing?: SmoothingControl;
  /** How strongly it draws each spot towards the tissue as a whole (`SolverContext.composition`), where that is an option. */
  readonly shrinkage?: SmoothingControl;
  /** What its options may be: any Standard Schema. The pipeline checks options by it, and hands on what it makes of them. */
  readonly options?: OptionSchema<O>;
  /** The tables it yields with these options, for its sessions to fill (`tabulate`); none if left out. */
  tables?(options: O): readonly SolverTable[];
  /** Fills in defaults and validates (throws OptionError). The result must survive structuredClone. */
  resolveOptions(input?: Partial<O>): O;
  start(reference: SolverReference, options: O, context: SolverContext): SolverSession;
}

/** The option that holds the strength of a solver's smoothing or shrinkage: a number of at least 0, where 0 is none. */
export interface SmoothingControl {
  readonly option: string;
  /** Strengths above 0 to begin a search with, ascending; it continues beyond either end where it has to. */
  candidates(reference: SolverReference, context: SolverContext): readonly number[];
}

/** A solver at work on one section. It does no I/O and knows no threads; the driver owns buffers, order and convergence. */
export interface SolverSession {
  /** Numbers kept per spot between passes. */
  readonly statWidth: number;
  /**
   * How hard the neighbours pull: their weight over that of a spot's own counts, in the direction that the counts say least
   * about. The driver takes from it the over-relaxation, the coarse levels and the slowest convergence to expect. 0, which
   * is plain sweeps on one level, if left out.
   */
  readonly pull?: number;
  /**
   * How much the relative rounding of a spot's statistics can grow in its proportions, where nothing smooths them: the condition of the
   * Gram matrix. The error estimate of independent spots comes from it; 0, which is none, if left out.
   */
  readonly conditioning?: number;
  /** Settings worth keeping with the result, such as the lambda that was used. */
  readonly settings: Readonly<Record<string, number | string>>;
  /**
   * Reduces rows to `statWidth` numbers each, written to the start of `out`, row after row. The rows are the caller's and
   * hold for this call only.
   */
  summarize(rows: Chunk, out: StatArray): void;
  /** Updates the tile's own spots in `abundance` (rows x K) in place, in order; reads the halo and never writes it. */
  sweep(tile: Tile, abundance: StatArray): SweepStats;
  /** Judges the answer without changing it. */
  assess?(tile: Tile, abundance: StatArray): Assessment;
  /**
   * Fills `out` with the rows of the solver's tables for the tile's spots, in the order of `tile.spots`: in a row the columns of all tables
   * side by side. Asked once of each spot, when the abundances are final.
   */
  tabulate?(tile: Tile, abundance: StatArray, out: StatArray): void;
}
