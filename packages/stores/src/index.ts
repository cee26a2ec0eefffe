/**
 * Bytes where they lie: stores behind URLs and in memory, and what a store is.
 *
 * @example
 * import { openLocation, registerOpeners, type StoreFormat } from "@flashdeconv/stores";
 * import { createStore, nodeOpeners } from "@flashdeconv/stores/node";
 *
 * // Of Zarr it is `ZARR` of "@flashdeconv/io-zarr", whose `node` entry has these functions for Zarr.
 * const format: StoreFormat = {
 *   name: "notes", extension: ".notes", rootDocuments: ["index", "toc"], documents: ["toc", "index"],
 * };
 * const target = await createStore("mine.notes", { format });
 * await target.set("/index", new TextEncoder().encode("nothing yet"));
 * await target.commit();
 *
 * registerOpeners(nodeOpeners(format)); // in a page: webOpeners(format)
 * const store = await openLocation("mine.notes");
 * console.log(await store.list?.("/")); // [ 'index' ]
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
