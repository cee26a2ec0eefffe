/** Positions of all spots, row-major: spot `i` lies at `values[i * dimension ..]`. Any unit, the same on every axis. */
export interface Coordinates {
  readonly dimension: 2 | 3;
  readonly values: Float64Array;
  /**
   * Which piece of tissue each spot belongs to, as a number of at least 0: spots of different pieces lie in different planes and
   * are never neighbours, however near their numbers are. Left out where there is one piece.
   */
  readonly components?: Int32Array;
}

/**
 * Which spots are neighbours, as the rows of a symmetric binary adjacency matrix: those of spot `i` are
 * `indices[indptr[i]] .. indices[indptr[i + 1] - 1]`, ascending, without `i` itself.
 */
export interface NeighborGraph {
  readonly spotCount: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
}
