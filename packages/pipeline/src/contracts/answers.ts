import type { ChunkSource, DenseChunk, Notice } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { Parameters } from "./parameters.js";

/** What is known of each spot under one name: a row per spot, a source to be read as often as wanted. */
export interface AnswerTable {
  /** "proportions", "dominant", "status", "counts", or what the solver calls it. */
  readonly name: string;
  /** Numbers, or places in `categories`. */
  readonly dtype: "float64" | "float32" | "category";
  /** One for each type of the result, or columns of these names. */
  readonly columns: "types" | readonly string[];
  /** Of "category": what each number stands for; -1 stands for nothing. */
  readonly categories?: readonly string[];
  /** Whether it is a column of obs as those that every result has; false by default, which is a table of its own in obsm. */
  readonly isColumn?: boolean;
  readonly values: ChunkSource<DenseChunk>;
}

export interface SpotAnswers {
  /** N x K, a source to be read as often as wanted; a row sums to 1, or is NaN (or 1/K) where there is no answer. */
  readonly proportions: ChunkSource<DenseChunk>;
  /** N sums of abundance over types, in RNA or cells as the proportions are; 0 where there is no answer: abundance = proportion x total. */
  readonly totals: StatArray;
  /** Per spot the type of greatest proportion (the first of equals), or -1 where there is no answer. */
  readonly dominant: Int32Array;
  /** Per spot a position in SPOT_STATUSES. */
  readonly statuses: Uint8Array;
  /** N raw counts over the genes in use: what the spot's answer rests on. */
  readonly counts: StatArray;
  /** The tables that the solver yields beside these; NaN where there is no answer. */
  readonly solverTables: readonly AnswerTable[];
}

/** What the reference was to the solver. K types. */
export interface SignatureSummary {
  /** Cells per type; left out where nobody knows. */
  readonly cellCounts?: Int32Array;
  /**
   * K x K products of the types' signatures on the scale of the solver: how alike they look in the genes in use. Left out where sections
   * of one result differ in it.
   */
  readonly gram?: Float64Array;
  /** Those of the sections of one result, where they differ. */
  readonly sections?: readonly { readonly name: string; readonly gram: Float64Array }[];
}

/** What a deconvolution found. N spots, K types. */
export interface Deconvolution extends Omit<SpotAnswers, "solverTables"> {
  readonly spotCount: number;
  /** K names, ascending by code point: the columns of `proportions`. */
  readonly typeNames: readonly string[];
  /** All that is known of the spots, for whoever writes it: proportions, dominant types, statuses, counts and the solver's tables. */
  readonly tables: readonly AnswerTable[];
  readonly signature: SignatureSummary;
  readonly parameters: Parameters;
  readonly notices: readonly Notice[];
}
