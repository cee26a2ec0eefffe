/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export type { StagedFile } from "../staged-file.js";
export { cleanUpAfterThread } from "./clean-up.js";
export { type CreateFileOptions, createFile } from "./create-file.js";
export type { RefuseToReplace } from "./create-options.js";
export { describeFile, unpackStart } from "./describe-file.js";
export { directoryStore } from "./directory-store.js";
export { asReadError, asStoreError, unreadable } from "./file-errors.js";
export type { LockOptions } from "./heartbeat.js";
export { makeFolders } from "./make-folders.js";
export { useNodeCodecs } from "./node-codecs.js";
export { type LeftFolder, makeOwnFolder } from "./own-folder.js";
export { acquireLock, type OwnerLock } from "./owner-lock.js";
export { isAbandoned, ownerTag } from "./owner-tag.js";
export { sameOrInside } from "./places/same-or-inside.js";
export { type ObjectFolder, openObjectFolder } from "./remote/object-folder.js";
export { isRemote, localPath } from "./remote/parse-location.js";
export { readObject } from "./remote/read-object.js";
export { locationBelow, remoteFolder } from "./remote/remote-folder.js";
