import { numbered } from "@flashdeconv/core/internal";
import type { Cursor } from "../bytes/cursor.js";

/** What the items of a dataset or attribute are, as the file declares it. `size` is the bytes of an item. */
export type Hdf5Type =
  | {
      readonly kind: "integer";
      readonly size: number;
      readonly isSigned: boolean;
      readonly bigEndian: boolean;
      readonly isPlain: boolean;
    }
  | { readonly kind: "float"; readonly size: number; readonly bigEndian: boolean; readonly isPlain: boolean }
  /** Text of a fixed number of bytes, ended by NUL or padded. */
  | { readonly kind: "string"; readonly size: number; readonly padding: "nul" | "space" }
  /** Text of any length. */
  | { readonly kind: "text"; readonly size: number }
  | {
      readonly kind: "enum";
      readonly size: number;
      readonly base: Hdf5Type;
      readonly members: ReadonlyMap<string, number>;
    }
  | { readonly kind: "compound"; readonly size: number; readonly members: readonly CompoundMember[] }
  | {
      readonly kind: "array";
      readonly size: number;
      readonly shape: readonly number[];
      readonly base: Hdf5Type;
    }
  /** Runs of any length. */
  | { readonly kind: "sequence"; readonly size: number; readonly base: Hdf5Type }
  /** To an object of the file. */
  | { readonly kind: "reference"; readonly size: number }
  | { readonly kind: "bitfield"; readonly size: number; readonly bigEndian: boolean }
  | { readonly kind: "opaque"; readonly size: number; readonly tag: string }
  | { readonly kind: "other"; readonly size: number; readonly name: string };

export interface CompoundMember {
  readonly name: string;
  /** Where it begins in an item. */
  readonly offset: number;
  readonly type: Hdf5Type;
}

/** Types that lie in each other deeper than this are damage. */
const MOST_DEPTH = 16;

/** Reads a datatype message. */
export function parseType(cursor: Cursor, depth = 0): Hdf5Type {
  if (depth > MOST_DEPTH) throw new Error("a type within more than 16 others");
  const head = cursor.u8();
  const version = head >> 4;
  const bits = cursor.uint(3);
  const size = cursor.u32();
  const bigEndian = (bits & 1) !== 0;
  switch (head & 15) {
    case 0: {
      const isPlain = isWhole(cursor, size);
      return { kind: "integer", size, isSigned: (bits & 8) !== 0, bigEndian, isPlain };
    }
    case 1:
      return floatType(cursor, bits, size);
    case 2:
      cursor.at += 2;
      return { kind: "other", size, name: "times" };
    case 3:
      return { kind: "string", size, padding: (bits & 15) === 2 ? "space" : "nul" };
    case 4:
      cursor.at += 4;
      return { kind: "bitfield", size, bigEndian };
    case 5:
      return { kind: "opaque", size, tag: cursor.text(bits & 255) };
    case 6:
      return parseCompound(cursor, { version, size, count: bits & 0xffff }, depth);
    case 7:
      return (bits & 15) === 0
        ? { kind: "reference", size }
        : { kind: "other", size, name: "references to regions" };
    case 8:
      return parseEnum(cursor, { version, size, count: bits & 0xffff }, depth);
    case 9: {
      const base = parseType(cursor, depth + 1);
      return (bits & 15) === 1 ? { kind: "text", size } : { kind: "sequence", size, base };
    }
    case 10:
      return parseArray(cursor, version, size, depth);
    default:
      return { kind: "other", size, name: `items of class ${head & 15}` };
  }
}

/** Whether all bits of an item are its value's. */
function isWhole(cursor: Cursor, size: number): boolean {
  return cursor.u16() === 0 && cursor.u16() === 8 * size;
}

/** Bits of exponent and fraction of the usual floats, by size. */
const USUAL_FLOATS: Readonly<Record<number, readonly [number, number]>> = {
  2: [5, 10],
  4: [8, 23],
  8: [11, 52],
};

function floatType(cursor: Cursor, bits: number, size: number): Hdf5Type {
  const fills = isWhole(cursor, size);
  const [exponentAt, exponent, fractionAt, fraction] = [cursor.u8(), cursor.u8(), cursor.u8(), cursor.u8()];
  const bias = cursor.u32();
  const usual = USUAL_FLOATS[size];
  const isPlain =
    fills &&
    usual !== undefined &&
    exponent === usual[0] &&
    fraction === usual[1] &&
    exponentAt === fraction &&
    fractionAt === 0 &&
    bias === 2 ** (exponent - 1) - 1 &&
    (bits & 64) === 0;
  return { kind: "float", size, bigEndian: (bits & 1) !== 0, isPlain };
}

interface Members {
  readonly version: number;
  readonly size: number;
  readonly count: number;
}

/** Before version 3 names are padded to a multiple of 8 bytes, counted from the name's own start. */
function memberName(cursor: Cursor, version: number): string {
  const start = cursor.at;
  const name = cursor.textToNul();
  if (version < 3) cursor.at = start + 8 * Math.ceil((cursor.at - start) / 8);
  return name;
}

function parseCompound(cursor: Cursor, { version, size, count }: Members, depth: number): Hdf5Type {
  const members: CompoundMember[] = [];
  const offsetBytes = size < 2 ** 8 ? 1 : size < 2 ** 16 ? 2 : size < 2 ** 24 ? 3 : 4;
  for (let i = 0; i < count; i++) {
    const name = memberName(cursor, version);
    const offset = cursor.uint(version < 3 ? 4 : offsetBytes);
    let shape: number[] = [];
    if (version === 1) {
      const rank = cursor.u8();
      cursor.at += 11;
      shape = [cursor.u32(), cursor.u32(), cursor.u32(), cursor.u32()].slice(0, rank);
    }
    const base = parseType(cursor, depth + 1);
    const type = shape.length > 0 ? arrayOf(shape, base) : base;
    if (offset + type.size > size) throw new Error(`the member ${name} reaches past its record`);
    members.push({ name, offset, type });
  }
  return { kind: "compound", size, members };
}

function parseEnum(cursor: Cursor, { version, size, count }: Members, depth: number): Hdf5Type {
  const base = parseType(cursor, depth + 1);
  if (base.kind !== "integer" || base.size !== size)
    throw new Error("an enumeration that is not of integers");
  const names = Array.from({ length: count }, () => memberName(cursor, version));
  const members = new Map(
    names.map((name) => [name, integerOf(cursor.take(size), base.bigEndian, base.isSigned)]),
  );
  return { kind: "enum", size, base, members };
}

function parseArray(cursor: Cursor, version: number, size: number, depth: number): Hdf5Type {
  const rank = cursor.u8();
  if (version < 3) cursor.at += 3;
  const shape = Array.from({ length: rank }, () => cursor.u32());
  if (version < 3) cursor.at += 4 * rank;
  const type = arrayOf(shape, parseType(cursor, depth + 1));
  if (type.size !== size) throw new Error(`arrays of ${shape.join(" x ")} in ${numbered(size, "byte")}`);
  return type;
}

function arrayOf(shape: readonly number[], base: Hdf5Type): Hdf5Type {
  return { kind: "array", size: shape.reduce((product, length) => product * length, base.size), shape, base };
}

/** An integer of 1 to 8 bytes; beyond 2^53 the nearest number. */
export function integerOf(bytes: Uint8Array, bigEndian: boolean, isSigned: boolean): number {
  let value = 0n;
  for (let i = 0; i < bytes.length; i++) {
    value = (value << 8n) | BigInt(bytes[bigEndian ? i : bytes.length - 1 - i]);
  }
  return Number(isSigned ? BigInt.asIntN(8 * bytes.length, value) : value);
}

/** Whether it is how h5py stores True and False. */
export function isBoolean(type: Hdf5Type): boolean {
  if (type.kind !== "enum" || type.size !== 1 || type.members.size !== 2) return false;
  return type.members.get("FALSE") === 0 && type.members.get("TRUE") === 1;
}
