/** What is known of a matrix from its metadata, and from its store, alone. */
export interface MatrixInfo {
  /** Where it lies in the store: `X`, `layers/counts`, `raw/X`. */
  readonly path: string;
  readonly encoding: "csr" | "csc" | "dense";
  /** Rows (spots or cells) and columns (genes). */
  readonly shape: readonly [number, number];
  /** numpy's name of the values' type on disk: `float32`, `int64`. */
  readonly dataType: string;
  /** Items of one stored chunk of the values; one number for sparse matrices. */
  readonly chunkShape: readonly number[];
  /** Codecs of the values as the store spells them; empty where nothing is compressed. */
  readonly codecs: readonly string[];
  /** Whether the chunks of the values are compressed: where they are not, bytes of theirs are held as they lie. */
  readonly isCompressed: boolean;
  /** Whether rows come in arrays as the chunks were unpacked to, and of what was read nothing else is left: so memory is given back early. */
  readonly isHandedOver: boolean;
  /** Stored entries; undefined for a dense matrix, which would have to be read. */
  readonly nonZeroCount: number | undefined;
  /**
   * Most bytes, counted decoded, that a pass fetches of it before they are asked for; 0 where the store does not wait long, and for
   * a dense matrix.
   */
  readonly readAheadBytes: number;
}
