/**
 * Stores on the local disk and behind URLs, for Node.
 *
 * @example
 * import { createStore } from "@flashdeconv/stores/node";
 *
 * const format = { name: "notes", extension: ".notes", rootDocuments: ["index", "toc"], documents: ["toc", "index"] };
 * const store = await createStore("mine.notes", { format });
 * await store.set("/index", new TextEncoder().encode("nothing yet"));
 * await store.commit();
 */

export { cleanUpAfterThread } from "./node/clean-up.js";
export type { CreateStoreOptions, RefuseToReplace } from "./node/create-options.js";
export { createStore } from "./node/create-store.js";
export { type EditStoreOptions, editStore } from "./node/edit-store.js";
export { asStoreError } from "./node/file-errors.js";
export type { LockOptions } from "./node/heartbeat.js";
export { nodeOpeners } from "./node/node-openers.js";
export { makeOwnFolder } from "./node/own-folder.js";
export { acquireLock, type OwnerLock } from "./node/owner-lock.js";
export { sameOrInside } from "./node/places/same-or-inside.js";
export { isRemote, localPath } from "./node/remote/parse-location.js";
export { readObject } from "./node/remote/read-object.js";
