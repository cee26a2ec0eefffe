import type { RemoteOptions } from "./remote/remote-options.js";

/**
 * How a store is reached. Plain values without a secret, fit for messages to threads; credentials are looked up by each
 * thread in the environment and the AWS files.
 */
export interface StoreAccess extends RemoteOptions {
  /** Folder that keeps what is fetched, so that it is fetched once; in a page one of the browser's, for this run. None by default. */
  readonly cache?: string;
  /** Most bytes that the folder may hold. Default 20 GiB. */
  readonly cacheBytes?: number;
  /** A buffer of LEDGER_BYTES that all who read the store share; with a SharedArrayBuffer also threads. */
  readonly ledger?: ArrayBufferLike;
}
