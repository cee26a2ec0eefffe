import type { TransferCounts } from "./remote/transfer-ledger.js";
import type { Fingerprint, ReadOptions } from "./store.js";

/** Reads one file by ranges, wherever it lies. */
export interface RangeReader {
  getLength(): Promise<number>;
  /** All of the bytes asked for; throws an Error where the file does not reach so far. */
  read(
    offset: number,
    length: number,
    options?: Pick<ReadOptions, "signal">,
  ): Promise<Uint8Array<ArrayBuffer>>;
}

/** One file that is held open until it is closed. */
export interface OpenFile extends RangeReader {
  /** What people call it, such as its path. */
  readonly name: string;
  /** Most bytes, counted decoded, that may be fetched before they are asked for; none where reads do not wait long. */
  readonly readAheadBytes?: number;
  /** Most memory that reading may take. */
  readonly mostBytes?: number;
  /** Tells its present content from any other, where that can be told. */
  fingerprint?(): Promise<Fingerprint>;
  /** What reading it has cost so far, where it lies behind a network. */
  readonly transfer?: () => TransferCounts;
  close(): Promise<void>;
}
