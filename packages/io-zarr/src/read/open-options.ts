import { type Notice, OptionError } from "@flashdeconv/core";
import { CHUNK_BYTES, entriesPerChunk } from "./chunk-entries.js";
import type { MatrixInfo } from "./matrix-info.js";
import type { MatrixSourceOptions } from "./open-matrix.js";

/** What both kinds of data set can be told when they are opened. */
export interface OpenOptions {
  /** Name below `layers/` of the matrix to read; `"raw"` for `raw/X` with the genes of `raw/var`. `X` by default. */
  readonly layer?: string;
  /** Column of `var` (with the layer "raw", of `raw/var`) with the names of the genes; the index by default. */
  readonly geneKey?: string;
  /** Name of the table, where the store is a SpatialData container; may be left out where there is only one. */
  readonly table?: string;
  /** Most bytes of a yielded chunk of rows. 12 MiB by default: about a million entries, little beside a stored chunk. */
  readonly maxChunkBytes?: number;
  /**
   * Most bytes held to turn a CSC matrix (stored by gene) into rows. 256 MiB by default: one pass over the stored
   * columns for up to 16 million entries; larger ones are read once per block of rows that fits.
   */
  readonly maxTransposeBytes?: number;
  /** Stops opening, and is checked before every read. Passes over the data take a signal of their own. */
  readonly signal?: AbortSignal;
  /** Told what had to be repaired or decided. */
  readonly onNotice?: (notice: Notice) => void;
}

export interface SpatialOptions extends OpenOptions {
  /** Key in `obsm` of the coordinates; by default they are searched for where they usually lie. */
  readonly spatialKey?: string;
  /** Two or three columns of `obs` with the coordinates, the horizontal axis first; in place of `spatialKey`. */
  readonly spatialColumns?: readonly string[];
  /**
   * Column of `obs` that tells sections apart: no neighbours lie in two of them. By default the columns whose values are the ids of
   * `uns/spatial`, where there are several.
   */
  readonly sectionKey?: string;
}

export interface ReferenceOptions extends OpenOptions {
  /** Column of `obs` with the cells' types; `cell_type` by default. */
  readonly cellTypeKey?: string;
  /** The type of each cell by its name, in place of a column. Cells that it does not name are left out, with a notice. */
  readonly labels?: ReadonlyMap<string, string>;
}

export const OPEN_DEFAULTS = {
  maxChunkBytes: CHUNK_BYTES,
  maxTransposeBytes: 256 * 2 ** 20,
  cellTypeKey: "cell_type",
} as const;

export type ResolvedOpenOptions = OpenOptions & {
  readonly maxChunkBytes: number;
  readonly maxTransposeBytes: number;
  readonly spatialKey: string | undefined;
  readonly cellTypeKey: string;
} & SpatialOptions &
  Pick<ReferenceOptions, "labels">;

/** Fills in defaults. Throws OptionError for names that are empty or limits that are not above 0. */
export function resolveOpenOptions(options: SpatialOptions & ReferenceOptions = {}): ResolvedOpenOptions {
  const resolved = {
    ...options,
    maxChunkBytes: options.maxChunkBytes ?? OPEN_DEFAULTS.maxChunkBytes,
    maxTransposeBytes: options.maxTransposeBytes ?? OPEN_DEFAULTS.maxTransposeBytes,
    spatialKey: options.spatialKey,
    cellTypeKey: options.cellTypeKey ?? OPEN_DEFAULTS.cellTypeKey,
  };
  for (const [option, value] of [
    ["layer", resolved.layer],
    ["table", resolved.table],
    ["gene-key", resolved.geneKey],
    ["spatial-key", resolved.spatialKey],
    ["section-key", resolved.sectionKey],
    ["cell-type-key", resolved.cellTypeKey],
  ]) {
    if (value === "") throw new OptionError({ option: String(option), value, rule: "a name" });
  }
  checkSpatialColumns(resolved);
  for (const option of ["maxChunkBytes", "maxTransposeBytes"] as const) {
    const value = resolved[option];
    if (!(value >= 1)) throw new OptionError({ option, value, rule: "a number of bytes of at least 1" });
  }
  return resolved;
}

function checkSpatialColumns({ spatialKey, spatialColumns: names }: SpatialOptions): void {
  if (names === undefined) return;
  const refuse = (rule: string, remedy?: string) => {
    throw new OptionError({ option: "spatial-columns", value: names.join(","), rule, remedy });
  };
  const isPlane = names.length === 2 || names.length === 3;
  if (!isPlane || names.includes("") || new Set(names).size < names.length) {
    refuse("two or three different columns of obs: x, y and optionally z");
  }
  if (spatialKey !== undefined) refuse("no columns beside spatial-key", "Give one of the two.");
}

/** What a source of the matrix needs, in entries. */
export function sourceOptions(
  { maxChunkBytes, maxTransposeBytes, onNotice }: ResolvedOpenOptions,
  { dataType }: MatrixInfo,
): MatrixSourceOptions {
  return { valuesPerChunk: entriesPerChunk(maxChunkBytes, dataType), maxTransposeBytes, onNotice };
}
