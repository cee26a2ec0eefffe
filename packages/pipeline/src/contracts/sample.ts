import type { GraphInMemory } from "./graph.js";

/** A few pieces of tissue that stand for the section: what is estimated from real spots is estimated from these. */
export interface SpotSample {
  /** Ascending. */
  readonly spots: Int32Array;
  /** By place in `spots`: whether a spot is of the patches that every section gives; the others are for sparse sections. */
  readonly isCore: Uint8Array;
  /** Of the sampled spots, numbered as in `spots`; edges that leave the sample are dropped. */
  readonly graph: GraphInMemory;
}

/** Rows of some spots, gathered from chunks on their way. */
export interface SampleRows {
  /** Counts of each row; -1 where it was left out, being longer than rows of a sparse section are. */
  readonly rowCounts: Int32Array;
  readonly genes: Int32Array;
  readonly values: Float64Array;
  /** By row: its counts in all other genes. */
  readonly others: Float64Array;
}
