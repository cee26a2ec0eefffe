import type { ChunkSource, CsrChunk, DenseChunk, NameChunk } from "@flashdeconv/core";
import type { JsonObject } from "./array-description.js";

/** A column of a dataframe, one item per spot (in `var`: per gene). Under which name it is stored, `safeNames` tells. */
export type Column = {
  readonly name: string;
  /** What the column is about, kept with it where it is not the name. */
  readonly label?: string;
} & ColumnItems;

type ColumnItems =
  | {
      readonly kind: "number";
      readonly values: Float64Array | Float32Array | Int32Array;
    }
  | {
      readonly kind: "categorical";
      /** Positions in `categories`; -1 where the value is missing. */
      readonly codes: Int32Array | Int16Array | Int8Array;
      readonly categories: readonly string[];
      /** Whether the order of the categories has a meaning. */
      readonly ordered?: boolean;
    }
  | { readonly kind: "string"; readonly values: readonly string[] }
  /** 0 or 1. */
  | { readonly kind: "boolean"; readonly values: Uint8Array };

/** Unstructured annotation. Numbers become float64, whole ones too, a bigint int64; null and undefined are left out. */
export type UnsValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly string[]
  /** The rows of a matrix, all of one length. */
  | readonly Float64Array[]
  | Float64Array
  | Float32Array
  | Int32Array
  | ByteGrid
  | UnsObject;

export interface UnsObject {
  readonly [name: string]: UnsValue;
}

/** Bytes in planes of rows, such as maps, which are stored in tiles and read as they are written: they may be more than there is memory for. */
export interface ByteGrid {
  readonly shape: readonly [planes: number, rows: number, columns: number];
  readonly tile: readonly [rows: number, columns: number];
  /** Starts a new pass over all planes. */
  strips(options?: { readonly signal?: AbortSignal }): AsyncIterable<ByteStrip>;
}

/** Rows of one plane of a grid: those of whole tiles, or up to the last row. They come in any order. */
export interface ByteStrip {
  readonly plane: number;
  readonly rowStart: number;
  readonly rowCount: number;
  /** Row by row. The next strip may overwrite them. */
  readonly bytes: Uint8Array;
}

/** A table with one row per spot, read once, chunk by chunk. */
export interface DenseTable {
  readonly values: ChunkSource<DenseChunk>;
  /** With names the table is stored as a dataframe of one column each, without as a two-dimensional array. */
  readonly columnNames?: readonly string[];
  /** The names under which the columns are stored; those of `safeNames` by default. The others are kept with them. */
  readonly storedNames?: readonly string[];
}

/** Names, in order: strings, or a stream of UTF-8 chunks that is read once. */
export type Names = readonly string[] | AsyncIterable<NameChunk>;

/** What can be added to a store, and replaces what has the same name there. */
export interface AnnDataAdditions {
  readonly obs?: readonly Column[];
  readonly obsm?: Readonly<Record<string, DenseTable>>;
  readonly uns?: UnsObject;
}

/** A whole AnnData object. */
export interface AnnDataContents extends AnnDataAdditions {
  /** More attributes of the whole. */
  readonly attributes?: JsonObject;
  readonly spotCount: number;
  readonly spotNames: Names;
  /** May be empty, in a store that holds results and no counts. */
  readonly geneNames: Names;
  /** Columns of the genes, one item per column of X. */
  readonly var?: readonly Column[];
  /** Spots x genes. */
  readonly X?: ChunkSource<CsrChunk>;
  /** More matrices of spots x genes. They are read side by side with X, each once. */
  readonly layers?: Readonly<Record<string, ChunkSource<CsrChunk>>>;
}
