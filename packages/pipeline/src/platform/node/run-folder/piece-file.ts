import { type FileHandle, open, rename } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import type { Piece, PieceArray } from "../../../contracts/checkpoint.js";
import { writeAll } from "./manifest.js";

const KINDS = { Int32Array, Float32Array, Float64Array } as const;

interface ArrayNote {
  readonly name: string;
  readonly kind: keyof typeof KINDS;
  readonly length: number;
}

/** Bytes that are written, read or summed at once: an abort is heard in between. */
const SLICE_BYTES = 8 * 2 ** 20;
/** Length of the note of what follows, in 16 digits, so that the file can be read from its beginning. */
const LENGTH_DIGITS = 16;

export interface WrittenPiece {
  readonly bytes: number;
  readonly checksum: number;
  /** Makes the file last, under its own name; without waiting for the disk where there is no time for it. */
  finish(isHurried: boolean): Promise<void>;
}

/**
 * Writes a piece to a file of a name for the time being. When it resolves the piece's arrays may change; nothing is sure to last before
 * `finish`.
 */
export async function writePiece(
  path: string,
  { facts, arrays }: Piece,
  check: () => void,
): Promise<WrittenPiece> {
  const notes = Object.entries(arrays).map(([name, array]) => ({
    name,
    kind: array.constructor.name,
    length: array.length,
  }));
  const note = Buffer.from(JSON.stringify({ facts, arrays: notes }));
  const head = Buffer.from(String(note.length).padStart(LENGTH_DIGITS, "0"));
  const draft = `${path}.draft`;
  const handle = await open(draft, "w");
  try {
    let at = 0;
    let checksum = 0;
    for (const bytes of [head, note, ...Object.values(arrays).map(bytesOf)]) {
      for (let from = 0; from < bytes.length; from += SLICE_BYTES) {
        check();
        const slice = bytes.subarray(from, from + SLICE_BYTES);
        checksum = crc32(slice, checksum);
        await writeAll(handle, slice, at);
        at += slice.length;
      }
    }
    const finish = async (isHurried: boolean) => {
      try {
        if (!isHurried) await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, path);
    };
    return { bytes: at, checksum, finish };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Reads a piece; undefined where the file is not there, or not what was written. */
export async function readPiece(
  path: string,
  { bytes, checksum }: { readonly bytes: number; readonly checksum: number },
  allocate: Allocate = allocateHere,
): Promise<Piece | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    if ((await handle.stat()).size !== bytes) return undefined;
    let at = 0;
    let sum = 0;
    const next = async (into: Uint8Array) => {
      for (let from = 0; from < into.length; from += SLICE_BYTES) {
        const slice = into.subarray(from, from + SLICE_BYTES);
        await readAll(handle, slice, at);
        sum = crc32(slice, sum);
        at += slice.length;
      }
      return into;
    };
    const noteLength = Number(Buffer.from(await next(new Uint8Array(LENGTH_DIGITS))).toString());
    // Before it is summed nothing that the file says is believed.
    if (!Number.isInteger(noteLength) || noteLength > bytes) return undefined;
    const text = Buffer.from(await next(new Uint8Array(noteLength))).toString();
    const note = parse(text);
    if (note === undefined) return undefined;
    const arrays: Record<string, PieceArray> = {};
    for (const { name, kind, length } of note.arrays) {
      const Kind = KINDS[kind];
      if (Kind === undefined || at + length * Kind.BYTES_PER_ELEMENT > bytes) return undefined;
      const array: PieceArray = allocate(Kind as Parameters<Allocate>[0], length);
      await next(bytesOf(array));
      arrays[name] = array;
    }
    return at === bytes && sum === checksum ? { facts: note.facts, arrays } : undefined;
  } finally {
    await handle.close();
  }
}

function parse(text: string): { facts: unknown; arrays: ArrayNote[] } | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readAll(handle: FileHandle, into: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) throw new Error("the file ends early");
    done += bytesRead;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: PieceArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
