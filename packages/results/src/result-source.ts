import type { Notice } from "@flashdeconv/core";
import type { AnnDataContents, OutputHint } from "@flashdeconv/io-zarr";
import { readResultContents, streamRowNames, tableStore } from "@flashdeconv/io-zarr/internal";
import {
  type AnswerTable,
  type Deconvolution,
  RESULT_DEFAULTS,
  type ResultDescription,
  type ResultFrame,
  type ResultLayout,
} from "@flashdeconv/pipeline";
import { resultContents } from "@flashdeconv/pipeline/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { readStoredResult } from "./read-stored-result.js";

/** A result that a store holds. */
export interface StoredSource {
  readonly store: ReadableStore;
  /** Its key in obsm; "flashdeconv" by default. */
  readonly key?: string;
  /** The table of a SpatialData store that holds it; the only one by default. */
  readonly table?: string;
}

/** A result that a run has just made. */
export interface MadeSource {
  readonly result: Deconvolution;
  /** Names and coordinates of its spots. */
  readonly frame: ResultFrame;
  readonly layout?: ResultLayout;
  /** How what it was made from was stored: a Zarr store is written alike (`outputHint` of the section). */
  readonly like?: OutputHint;
}

export type ResultSource = StoredSource | MadeSource;

export interface ReadingOptions {
  readonly signal?: AbortSignal;
  /** Told of what was repaired. */
  readonly onNotice?: (notice: Notice) => void;
}

/** The key that a result lies under. */
export function keyOf(source: ResultSource): string {
  return ("store" in source ? source.key : source.layout?.key) ?? RESULT_DEFAULTS.key;
}

/** A result as an AnnData object of its own. Throws what reading throws: OptionError for no such key, FormatError for no result of ours. */
export function contentsOf(source: ResultSource, options: ReadingOptions): Promise<AnnDataContents> {
  if ("store" in source) {
    const { store, table } = source;
    return readResultContents(store, { ...options, key: keyOf(source), table });
  }
  const { result, frame, layout = {} } = source;
  return resultContents(result.tables, { ...result, ...frame }, layout);
}

/** A result as a row per spot. Throws as `contentsOf`. */
export async function tablesOf(
  source: ResultSource,
  { signal, onNotice }: ReadingOptions,
): Promise<{ readonly tables: readonly AnswerTable[]; readonly description: ResultDescription }> {
  if ("result" in source) {
    const { result, frame } = source;
    return { tables: result.tables, description: { ...result, ...frame } };
  }
  const store = await tableStore(source.store, source.table, signal);
  const { tables, ...counts } = await readStoredResult(store, keyOf(source), signal);
  const spotNames = streamRowNames(store, "obs", { signal, onNotice });
  return { tables, description: { ...counts, spotNames, signature: {}, parameters: {}, notices: [] } };
}
