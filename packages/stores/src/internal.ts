/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export { MOST_BYTES, MOST_DOCUMENT_BYTES, MOST_TABLE_BYTES } from "./bounds.js";
export { checkZstdFrames } from "./codecs/check-zstd-frames.js";
export { type Content, NATIVE_LEVEL, nativeCodec } from "./codecs/native-codecs.js";
export { UNPACKING_CODECS, type UnpackingCodec, type UnpackSizes, unpack } from "./codecs/unpack.js";
export { type ContentKind, type FileContent, fileContent } from "./file-content.js";
export { type FoundThing, NoStoreError } from "./no-store-error.js";
export { readBounded } from "./read-bounded.js";
export { readKey } from "./read-key.js";
export { redactUrl } from "./remote/redact-url.js";
export { LEDGER_BYTES, type TransferCounts, transferLedger } from "./remote/transfer-ledger.js";
export type { StagedFile } from "./staged-file.js";
export type { FingerprintOptions } from "./store.js";
export { type CacheStopped, cacheChannel, closeBrowserCache } from "./web/browser-cache.js";
export {
  type BrowserFile,
  type BrowserFolder,
  hasBrowserFiles,
  openBrowserFile,
  openBrowserFolder,
} from "./web/browser-files.js";
export { type PickedFolder, type PickedLocation, pickedFolder } from "./web/picked-folder.js";
export { stagedZip } from "./zip/staged-zip.js";
