/**
 * Totals of genes, apart by how many counts a spot has, so that after one pass the totals can be had with the deepest spots held
 * down. Sums are exact in any order: values are taken to 16 binary places, which changes no count.
 */
export interface DepthSums {
  readonly geneCount: number;
  /** Spots with counts, by step of depth: eight between one power of two and the next. */
  readonly spotCounts: Float64Array;
  /** Their counts. */
  readonly depths: Float64Array;
  /** G totals of the spots from 2^i to 2^(i + 1) counts; undefined where none was met, or where they are too few to matter. */
  readonly totals: (Float64Array | undefined)[];
}
