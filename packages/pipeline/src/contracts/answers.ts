import type { ChunkSource, DenseChunk, Notice } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { Parameters } from "./parameters.js";

export interface SpotAnswers {
  /** N x K, a source to be read as often as wanted; a row sums to 1, or is NaN (or 1/K) where there is no answer. */
  readonly proportions: ChunkSource<DenseChunk>;
  /** N sums of abundance over types, 0 where there is no answer: abundance = proportion x total. */
  readonly totals: StatArray;
  /** Per spot the type of greatest proportion (the first of equals), or -1 where there is no answer. */
  readonly dominant: Int32Array;
  /** Per spot a position in SPOT_STATUSES. */
  readonly statuses: Uint8Array;
  /** N raw counts over the genes in use: what the spot's answer rests on. */
  readonly counts: StatArray;
}

/** What a deconvolution found. N spots, K types. */
export interface Deconvolution extends SpotAnswers {
  readonly spotCount: number;
  /** K names, ascending by code point: the columns of `proportions`. */
  readonly typeNames: readonly string[];
  readonly parameters: Parameters;
  readonly notices: readonly Notice[];
}
