import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { FormatError } from "@flashdeconv/core";
import { asReadError, unreadable } from "@flashdeconv/stores/node/internal";
import type { Bytes } from "../ingest/text-lines.js";

/** Bytes that are read, or unpacked, at a time. */
const PIECE_BYTES = 2 ** 18;

/**
 * The bytes of a file, in order, unpacked where they are gzip's, whatever its name. No more than a piece is held.
 *
 * @throws FormatError where the file ends early or is damaged, StoreError where it cannot be read
 */
export async function* fileBytes(path: string): Bytes {
  const isPacked = await asReadError(path, () => beginsAsGzip(path));
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  if (!isPacked) {
    yield* asReadErrors(path, file);
    return;
  }
  const unpacked = createGunzip({ chunkSize: PIECE_BYTES });
  // Errors of either end come to the reader of the last.
  pipeline(file, unpacked, () => undefined);
  try {
    yield* unpacked;
  } catch (cause) {
    const refused = unreadable(path, cause);
    if (refused !== cause) throw refused;
    throw new FormatError({
      path,
      found: `a file that cannot be unpacked (${(cause as Error).message})`,
      expected: "a whole gzip file",
      remedy: "Copy the file again.",
      cause,
    });
  }
}

async function* asReadErrors(path: string, file: AsyncIterable<Uint8Array>): Bytes {
  const pieces = file[Symbol.asyncIterator]();
  try {
    while (true) {
      const { done, value } = await asReadError(path, () => pieces.next());
      if (done) return;
      yield value;
    }
  } finally {
    await pieces.return?.();
  }
}

async function beginsAsGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
