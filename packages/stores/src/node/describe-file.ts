import { constants, gunzipSync } from "node:zlib";
import { type FileContent, fileContent } from "../file-content.js";
import type { RangeReader } from "../range-reader.js";

const HEAD_BYTES = 2 ** 12;

/** What a file is, by its first bytes, also those that gzip packed. */
export async function describeFile(file: RangeReader): Promise<FileContent> {
  const length = await file.getLength();
  return fileContent(await file.read(0, Math.min(length, HEAD_BYTES)), unpackStart);
}

/** As much as the start of a packed file gives; nothing of one that is damaged. */
export function unpackStart(head: Uint8Array): Uint8Array {
  try {
    return gunzipSync(head.subarray(0, HEAD_BYTES), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: 2 ** 23,
    });
  } catch {
    return new Uint8Array(0);
  }
}
