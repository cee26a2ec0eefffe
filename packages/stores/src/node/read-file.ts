import { constants, type FileHandle, open } from "node:fs/promises";
import { boundsOf } from "../byte-range.js";
import { tooLarge } from "../read-key.js";
import type { ByteRange } from "../store.js";

/** Pipes are not waited for. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * A file, or as many of the asked bytes as it holds; undefined for what is none: a folder. Throws StoreError for a file of more than
 * `most` bytes, a plain Error for devices and pipes, which have no end.
 */
export async function readFileBytes(
  path: string,
  most: number,
  range?: ByteRange,
): Promise<Uint8Array | undefined> {
  const handle = await open(path, FLAGS);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) return undefined;
    if (!stats.isFile()) throw new Error("it is not a regular file");
    const [from, to] = boundsOf(range, stats.size);
    if (to - from > most) throw tooLarge(path, to - from, most);
    return await readBytes(handle, from, to - from);
  } finally {
    await handle.close();
  }
}

/** `length` bytes from `offset`, fewer where the file ends. */
export async function readBytes(
  handle: FileHandle,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, offset + filled);
    if (bytesRead === 0) return bytes.subarray(0, filled);
    filled += bytesRead;
  }
  return bytes;
}
