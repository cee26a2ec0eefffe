/**
 * Stores on the local disk and behind URLs, for Node.
 *
 * @example
 * import { writeAnnData } from "@flashdeconv/io-zarr";
 * import { createStore } from "@flashdeconv/io-zarr/node";
 *
 * const store = await createStore("result.zarr", { overwrite: true });
 * await writeAnnData(store, { spotCount: 1, spotNames: ["spot-1"], geneNames: [] });
 */

export { cleanUpAfterThread } from "./node/clean-up.js";
export { type CreateStoreOptions, createStore } from "./node/create-store.js";
export { type EditStoreOptions, editStore } from "./node/edit-store.js";
export type { LockOptions } from "./node/heartbeat.js";
export { type OpenStore, openStore } from "./node/open-store.js";
export { makeOwnFolder } from "./node/own-folder.js";
export { acquireLock, type OwnerLock } from "./node/owner-lock.js";
export { sameOrInside } from "./node/places/same-or-inside.js";
export { isRemote, localPath } from "./node/remote/parse-location.js";
export { readObject } from "./node/remote/read-object.js";
export type { StoreAccess } from "./node/remote/store-access.js";
export { redactUrl } from "./remote/redact-url.js";
export {
  LEDGER_BYTES,
  type TransferCounts,
  type TransferLedger,
  transferLedger,
} from "./remote/transfer-ledger.js";
