import type { TransferCounts } from "./remote/transfer-ledger.js";
import type { StoreLocation } from "./store-location.js";

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Most bytes that are held of an object; a larger one is an error, if possible while it is read. */
  readonly most?: number;
}

/** A part of a stored object: `length` bytes from `offset`, or its last `suffixLength` bytes. */
export type ByteRange =
  | { readonly offset: number; readonly length: number }
  | { readonly suffixLength: number };

/**
 * What tells a store's present content from any other, member by member (`X/data`): sizes and times of files, ETags, a digest. Two that
 * are equal were taken of the same content.
 */
export type Fingerprint = Readonly<Record<string, string>>;

export interface FingerprintOptions extends ReadOptions {
  /** Groups and arrays to look at, without a leading slash; all by default. */
  readonly below?: readonly string[];
  /** Paths that do not matter, with all below them. */
  readonly isLeftOut?: (path: string) => boolean;
}

/**
 * Files of one data set wherever they lie, as keys and bytes. Keys begin with a slash: `/X/data/0`.
 *
 * `get` and `getRange` answer `undefined` for a key that is not there and throw where reading fails. Any zarrita store
 * with asynchronous methods is one.
 */
export interface ReadableStore {
  /** What people call it, such as its path; begins the message of errors that come of reading it. */
  readonly name?: string;
  /**
   * Where reads wait long, as over a network: most bytes (counted decoded) that may be fetched of an array before they
   * are asked for. Nothing is read ahead without it.
   */
  readonly readAheadBytes?: number;
  /** Most memory that reading may take: for an object or an array held whole all of it, for a chunk a quarter. Default 4 GiB. */
  readonly mostBytes?: number;
  /** Memory that the open store itself takes, such as the directory of a zip; none by default. */
  readonly heldBytes?: number;
  /** Whether what it gives is nobody else's, so that a reader may give its memory back; false by default. */
  readonly givesAway?: boolean;
  get(key: `/${string}`, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /** Needed for shards to be read in part; without it they are read whole. */
  getRange?(key: `/${string}`, range: ByteRange, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /**
   * Names directly below a path (files and folders), where the store can tell. Used only to say what there is, when a
   * store has no consolidated metadata.
   */
  list?(path: `/${string}`, options?: ReadOptions): Promise<readonly string[]>;
  /** Needed to resume a run later; a store that cannot tell leaves it out. Reads no counts. */
  fingerprint?(options?: FingerprintOptions): Promise<Fingerprint>;
}

/** A store that can do all of it, as those on a disk can. */
export type LocalStore = Required<
  Omit<ReadableStore, "readAheadBytes" | "mostBytes" | "heldBytes" | "givesAway">
>;

/** A store that can be looked through. */
export type ListedStore = ReadableStore & Required<Pick<ReadableStore, "list">>;

/** A store that holds a file open (a zip) until it is closed. */
export type OpenStore = ReadableStore & {
  close(): Promise<void>;
  /** What reading it has cost so far, where it lies behind a network. */
  readonly transfer?: () => TransferCounts;
  /**
   * A location by which threads open the same store without reading again where the chunks of these arrays lie; for stores that keep an
   * index of them. Paths that are not array are passed over.
   */
  locate?(paths: readonly string[], options?: ReadOptions): Promise<StoreLocation>;
};
