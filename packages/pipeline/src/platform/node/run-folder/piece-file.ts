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

/** A piece that says by itself what it belongs to. */
export interface SignedPiece extends Piece {
  readonly origin?: unknown;
}

export interface WriteOptions {
  /** Throws where the rest is not to be written. */
  readonly check: () => void;
  /** Name of the file while it is written; by default that of the piece with an ending. */
  readonly draft?: string;
  /** Whether the file ends with its checksum, as no manifest has it; false by default. */
  readonly isSealed?: boolean;
}

/** Bytes of the checksum that ends a file which no manifest knows. */
const SEAL_DIGITS = 8;

function sealOf(checksum: number): string {
  return checksum.toString(16).padStart(SEAL_DIGITS, "0");
}

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
  { facts, arrays, notices, origin }: SignedPiece,
  { check, draft = `${path}.draft`, isSealed = false }: WriteOptions,
): Promise<WrittenPiece> {
  const notes = Object.entries(arrays).map(([name, array]) => ({
    name,
    kind: array.constructor.name,
    length: array.length,
  }));
  const note = Buffer.from(JSON.stringify({ facts, arrays: notes, notices, origin }));
  const head = Buffer.from(String(note.length).padStart(LENGTH_DIGITS, "0"));
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
    if (isSealed) await writeAll(handle, Buffer.from(sealOf(checksum)), at);
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

/** What is known of a file of a piece beside its name. */
export interface PieceFacts {
  /** Without the seal. */
  readonly bytes: number;
  readonly checksum: number;
  readonly isSealed?: boolean;
}

/** What a sealed file says of itself; undefined where it is not there, or ends early. */
export async function readSeal(path: string): Promise<PieceFacts | undefined> {
  const handle = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  try {
    const size = (await handle?.stat())?.size ?? 0;
    if (!handle || size < SEAL_DIGITS) return undefined;
    const bytes = size - SEAL_DIGITS;
    const seal = Buffer.alloc(SEAL_DIGITS);
    await readAll(handle, seal, bytes);
    const checksum = Number.parseInt(seal.toString(), 16);
    return sealOf(checksum) === seal.toString() ? { bytes, checksum, isSealed: true } : undefined;
  } finally {
    await handle?.close();
  }
}

/** Reads a piece; undefined where the file is not there, or not what was written. */
export async function readPiece(
  path: string,
  { bytes, checksum, isSealed = false }: PieceFacts,
  allocate: Allocate = allocateHere,
): Promise<SignedPiece | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    if ((await handle.stat()).size !== bytes + (isSealed ? SEAL_DIGITS : 0)) return undefined;
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
    const { facts, notices, origin } = note;
    return at === bytes && sum === checksum ? { facts, arrays, notices, origin } : undefined;
  } finally {
    await handle.close();
  }
}

function parse(text: string): (Omit<SignedPiece, "arrays"> & { readonly arrays: ArrayNote[] }) | undefined {
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
