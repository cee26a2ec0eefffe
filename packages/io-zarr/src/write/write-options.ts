import { OptionError, type Progress } from "@flashdeconv/core";
import { COMPRESSOR_NAMES, type CompressorName } from "../codecs/compressors.js";

/** How what belongs to a section is best written, so that who reads the section can read that too: `outputHint` of an opened one. */
export interface OutputHint {
  readonly zarrFormat: 2 | 3;
  readonly compressor: CompressorName;
}

/** How arrays are laid out and what to hear of the writing. */
export interface EncodeOptions {
  /** Spots per chunk of every column and table. 65,536: at most half a MiB per chunk, 16 files per million spots. */
  readonly spotsPerChunk?: number;
  /** Numbers per chunk of sparse matrices and dense arrays. 1,048,576: 4 MiB of float32, a good size over a network. */
  readonly valuesPerChunk?: number;
  /** Of the section that the results are about: stands for `compressor`, and `zarrFormat` of a new store, where these are left out. */
  readonly like?: OutputHint;
  /** "gzip" by default, which every Zarr library reads; "zstd" where the runtime can write it. */
  readonly compressor?: CompressorName;
  /** Checked before each chunk is taken and written; the reason is rethrown as it is, after the changes are discarded. */
  readonly signal?: AbortSignal;
  /** Spots written so far, over all streamed matrices and tables together, of the sum of their spots. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface WriteOptions extends EncodeOptions {
  /** Zarr version of the new store. 2 by default: anndata reads it in every version, 3 only from 0.12 on. */
  readonly zarrFormat?: 2 | 3;
}

export const WRITE_DEFAULTS = {
  zarrFormat: 2,
  spotsPerChunk: 2 ** 16,
  valuesPerChunk: 2 ** 20,
  compressor: "gzip",
} as const satisfies WriteOptions;

export type ResolvedWriteOptions = Omit<WriteOptions, keyof typeof WRITE_DEFAULTS> &
  Required<Pick<WriteOptions, keyof typeof WRITE_DEFAULTS>>;

/** Fills in the defaults. Throws OptionError for a value that an option cannot take. */
export function resolveWriteOptions(options: WriteOptions = {}): ResolvedWriteOptions {
  const resolved = {
    zarrFormat: options.zarrFormat ?? options.like?.zarrFormat ?? WRITE_DEFAULTS.zarrFormat,
    spotsPerChunk: options.spotsPerChunk ?? WRITE_DEFAULTS.spotsPerChunk,
    valuesPerChunk: options.valuesPerChunk ?? WRITE_DEFAULTS.valuesPerChunk,
    compressor: options.compressor ?? options.like?.compressor ?? WRITE_DEFAULTS.compressor,
    signal: options.signal,
    onProgress: options.onProgress,
  };
  if (resolved.zarrFormat !== 2 && resolved.zarrFormat !== 3) {
    throw new OptionError({ option: "zarrFormat", value: resolved.zarrFormat, rule: "2 or 3" });
  }
  for (const option of ["spotsPerChunk", "valuesPerChunk"] as const) {
    const value = resolved[option];
    // Chunk lengths are 32-bit in several readers, and a chunk is held in memory.
    if (!Number.isInteger(value) || value < 1 || value > 2 ** 28) {
      throw new OptionError({ option, value, rule: "a whole number from 1 to 268435456" });
    }
  }
  if (!COMPRESSOR_NAMES.includes(resolved.compressor)) {
    const rule = `one of ${COMPRESSOR_NAMES.join(", ")}`;
    throw new OptionError({ option: "compressor", value: resolved.compressor, rule });
  }
  return resolved;
}
