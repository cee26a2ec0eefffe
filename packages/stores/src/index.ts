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

export { memoryStore } from "./memory-store.js";
export {
  type FileLocation,
  type FileOpener,
  type Opener,
  openFile,
  openLocation,
  registerFileOpeners,
  registerOpeners,
} from "./open-location.js";
export type { OpenFile, RangeReader } from "./range-reader.js";
export type { RemoteOptions } from "./remote/remote-options.js";
export type { StagedStore, StoreKey } from "./staged-store.js";
export type { ByteRange, ListedStore, OpenStore, ReadableStore, ReadOptions } from "./store.js";
export type { StoreAccess } from "./store-access.js";
export type { StoreFormat } from "./store-format.js";
export type { StoreLocation } from "./store-location.js";
export { type BlobLocation, type UrlLocation, webOpeners } from "./web-openers.js";
export { zipStore } from "./zip/zip-store.js";
