/**
 * Stores on the local disk and behind URLs, for Node.
 *
 * @example
 * import { createStore } from "@flashdeconv/stores/node";
 *
 * const store = await createStore("notes.zarr");
 * await store.set("/zarr.json", new TextEncoder().encode('{ "zarr_format": 3, "node_type": "group" }'));
 * await store.commit();
 */

export { cleanUpAfterThread } from "./node/clean-up.js";
export { type CreateStoreOptions, createStore, type RefuseToReplace } from "./node/create-store.js";
export { type EditStoreOptions, editStore } from "./node/edit-store.js";
export type { LockOptions } from "./node/heartbeat.js";
export { openStore } from "./node/open-store.js";
export { makeOwnFolder } from "./node/own-folder.js";
export { acquireLock, type OwnerLock } from "./node/owner-lock.js";
export { sameOrInside } from "./node/places/same-or-inside.js";
export { isRemote, localPath } from "./node/remote/parse-location.js";
export { readObject } from "./node/remote/read-object.js";
