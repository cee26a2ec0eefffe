import { open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { type Allocate, allocateHere } from "@flashdeconv/core/internal";
import type { Piece, PieceArray } from "../../../contracts/checkpoint.js";
import { writeAll } from "./manifest.js";
import type { Draft, StoredFile } from "./run-place.js";

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
 * Writes a piece to a draft, which is gone where that fails. When it resolves the piece's arrays may change; nothing is sure to last before
 * `finish`.
 */
export async function writePiece(
  draft: Draft,
  { facts, arrays, notices, origin }: SignedPiece,
  { check, isSealed = false }: WriteOptions,
): Promise<WrittenPiece> {
  const notes = Object.entries(arrays).map(([name, array]) => ({
    name,
    kind: array.constructor.name,
    length: array.length,
  }));
  const note = Buffer.from(JSON.stringify({ facts, arrays: notes, notices, origin }));
  const head = Buffer.from(String(note.length).padStart(LENGTH_DIGITS, "0"));
  const handle = await open(draft.path, "w").catch(async (error) => {
    await draft.discard();
    throw error;
  });
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
        await draft.publish(handle, isHurried);
      } catch (error) {
        await draft.discard();
        throw error;
      }
    };
    return { bytes: at, checksum, finish };
  } catch (error) {
    await handle.close();
    await draft.discard();
    throw error;
  }
}

/** What a manifest knows of the file of a piece. */
export interface PieceFacts {
  readonly bytes: number;
  readonly checksum: number;
}

/**
 * Reads a piece; undefined where the file is not there, or not what was written.
 *
 * @param known left out for a file that ends with its checksum
 */
export async function readPiece(
  file: StoredFile | undefined,
  known?: PieceFacts,
  allocate: Allocate = allocateHere,
): Promise<SignedPiece | undefined> {
  try {
    return file && (await readWhole(file, known, allocate));
  } finally {
    await file?.close();
  }
}

async function readWhole(
  file: StoredFile,
  known: PieceFacts | undefined,
  allocate: Allocate,
): Promise<SignedPiece | undefined> {
  const bytes = known?.bytes ?? file.size - SEAL_DIGITS;
  if (file.size !== bytes + (known ? 0 : SEAL_DIGITS)) return undefined;
  let at = 0;
  let sum = 0;
  /** Undefined where the file ends before it. */
  const next = async (length: number, into?: Uint8Array) => {
    if (length > bytes - at) return undefined;
    const all = into ?? new Uint8Array(length);
    for (let from = 0; from < length; from += SLICE_BYTES) {
      const slice = all.subarray(from, from + SLICE_BYTES);
      if (!(await file.read(slice, at))) return undefined;
      sum = crc32(slice, sum);
      at += slice.length;
    }
    return all;
  };
  const nextText = async (length: number) => {
    const read = await next(length);
    return read && Buffer.from(read).toString();
  };
  // Before it is summed nothing that the file says is believed.
  const noteLength = Number(await nextText(LENGTH_DIGITS));
  const text = Number.isInteger(noteLength) && noteLength >= 0 ? await nextText(noteLength) : undefined;
  const note = text === undefined ? undefined : parse(text);
  if (note === undefined) return undefined;
  const arrays: Record<string, PieceArray> = {};
  for (const { name, kind, length } of note.arrays) {
    const Kind = KINDS[kind];
    if (Kind === undefined || at + length * Kind.BYTES_PER_ELEMENT > bytes) return undefined;
    const array: PieceArray = allocate(Kind as Parameters<Allocate>[0], length);
    if (!(await next(array.byteLength, bytesOf(array)))) return undefined;
    arrays[name] = array;
  }
  if (at !== bytes) return undefined;
  const { facts, notices, origin } = note;
  const piece = { facts, arrays, notices, origin };
  if (known) return sum === known.checksum ? piece : undefined;
  const seal = new Uint8Array(SEAL_DIGITS);
  const isSealed = (await file.read(seal, at)) && Buffer.from(seal).toString() === sealOf(sum);
  return isSealed ? piece : undefined;
}

function parse(text: string): (Omit<SignedPiece, "arrays"> & { readonly arrays: ArrayNote[] }) | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: PieceArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
