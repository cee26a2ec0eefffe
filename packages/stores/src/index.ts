/**
 * Bytes where they lie: stores behind URLs and in memory, and what a store is.
 *
 * @example
 * import { memoryStore } from "@flashdeconv/stores";
 *
 * const store = memoryStore(); // in Node: createStore of "@flashdeconv/stores/node"
 * await store.set("/notes", new TextEncoder().encode("three spots"));
 * await store.commit();
 * console.log(store.keys()); // [ '/notes' ]
 */

export { MOST_BYTES, MOST_DOCUMENT_BYTES, MOST_TABLE_BYTES } from "./bounds.js";
export { memoryStore } from "./memory-store.js";
export { type Opener, openLocation, registerOpeners, type StoreLocation } from "./open-location.js";
export type { RangeReader } from "./range-reader.js";
export { readBounded } from "./read-bounded.js";
export { readKey } from "./read-key.js";
export { redactUrl } from "./remote/redact-url.js";
export type { RemoteOptions } from "./remote/remote-options.js";
export {
  LEDGER_BYTES,
  type TransferCounts,
  type TransferLedger,
  transferLedger,
} from "./remote/transfer-ledger.js";
export type { StagedStore, StoreKey } from "./staged-store.js";
export type {
  ByteRange,
  Fingerprint,
  FingerprintOptions,
  ListedStore,
  OpenStore,
  ReadableStore,
  ReadOptions,
} from "./store.js";
export type { StoreAccess } from "./store-access.js";
export type { StoreFormat } from "./store-format.js";
export { type BlobLocation, type UrlLocation, webOpeners } from "./web-openers.js";
export { type ZipOptions, zipStore } from "./zip/zip-store.js";
