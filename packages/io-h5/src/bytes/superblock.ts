import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { RangeReader } from "@flashdeconv/stores";
import { cursorOf } from "./cursor.js";
import { damaged, parsing, unsupported } from "./errors.js";
import { type FileBytes, fileBytes } from "./file-bytes.js";
import { findSignature } from "./find-signature.js";

/** What the first bytes of a file tell. */
export interface Superblock {
  readonly bytes: FileBytes;
  readonly rootAddress: number;
}

/** Finds and reads the superblock. Throws FormatError where there is none, or the file is truncated or still being written. */
export async function readSuperblock(reader: RangeReader, name: string): Promise<Superblock> {
  const fileSize = await reader.getLength();
  const start = await findSignature(reader);
  if (start === undefined) {
    throw new FormatError({
      path: name,
      found: fileSize === 0 ? "an empty file" : "a file without the signature of HDF5",
      expected: "an HDF5 file",
      remedy: "Check the path, or copy the file again.",
    });
  }
  return parsing(name, async () => {
    const head = await reader.read(start, Math.min(128, fileSize - start));
    const version = head[8];
    if (version > 3) throw unsupported(name, `a superblock of version ${version}`, "one of 0 to 3");
    const isOld = version < 2;
    const widths = { address: head[isOld ? 13 : 9], length: head[isOld ? 14 : 10] };
    for (const width of [widths.address, widths.length]) {
      if (![2, 4, 8].includes(width)) throw new Error(`addresses of ${numbered(width, "byte")}`);
    }
    const cursor = cursorOf(head, widths);
    cursor.at = isOld ? (version === 0 ? 24 : 28) : 12;
    const base = cursor.address();
    cursor.address();
    const end = cursor.address();
    if (!isOld && (head[11] & 1) !== 0) throw notClosed(name);
    if (end > fileSize) throw truncated(name, fileSize, end);
    if (isOld) cursor.at += 2 * widths.address;
    const rootAddress = cursor.address();
    const place = { name, fileSize, base };
    if (base > fileSize) throw new Error(`a first address at ${base} of ${fileSize}`);
    return { bytes: fileBytes(reader, place, widths), rootAddress };
  });
}

function notClosed(name: string): FormatError {
  return new FormatError({
    path: name,
    found: "a file that is open for writing, or whose writer was killed",
    expected: "one that was closed",
    remedy:
      "Wait for its writer to end; if it was killed, write the file again, or try h5clear -s (of HDF5's tools).",
  });
}

function truncated(name: string, found: number, expected: number): FormatError {
  return damaged(name, numbered(found, "byte"), `${expected}: the file was cut short`);
}
