/** Numbers of a chunk. Counts arrive as Float32 (exact to 2^24); what is computed from them is Float64 unless asked otherwise. */
export type Values = Float32Array | Float64Array;

/**
 * A run of consecutive spots (rows) of a sparse matrix.
 *
 * Row `i` of the chunk is spot `spotStart + i`; its entries are `indptr[i] .. indptr[i + 1]` of `indices` and
 * `values`. `indptr` has `spotCount + 1` items and starts at 0; `indices` ascend strictly within a row and lie in
 * `0 .. width - 1`.
 */
export interface CsrChunk {
  readonly kind: "csr";
  readonly spotStart: number;
  readonly spotCount: number;
  readonly width: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Values;
}

/** A run of consecutive spots of a dense matrix, row-major: `values` has `spotCount * width` items. */
export interface DenseChunk {
  readonly kind: "dense";
  readonly spotStart: number;
  readonly spotCount: number;
  readonly width: number;
  readonly values: Values;
}

export type Chunk = CsrChunk | DenseChunk;
