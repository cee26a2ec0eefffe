import { numbered, optionName } from "@flashdeconv/core/internal";
import type { RangeReader } from "../range-reader.js";
import { asUtf8, isUtf8 } from "./cp437.js";
import type { ZipMember } from "./zip-member.js";

/** What a zip file holds, as compact as it lies there: a few dozen bytes a member, however many there are. */
export interface ZipDirectory {
  readonly memberCount: number;
  /** Memory that it takes. */
  readonly heldBytes: number;
  find(name: string): ZipMember | undefined;
  /** Names that begin with `prefix`, without it, each up to its first slash where `isShort`; some may come more than once. */
  names(prefix: string, isShort?: boolean): Iterable<string>;
  /** Where members begin, ascending, and then where the last one ends. */
  bounds(): Float64Array;
}

const END_BYTES = 22;
const MOST_COMMENT = 2 ** 16 - 1;
const END = 0x06054b50;
const LOCATOR_64 = 0x07064b50;
const END_64 = 0x06064b50;
const ENTRY = 0x02014b50;
const ENTRY_BYTES = 46;
const [SLASH, BACKSLASH] = [0x2f, 0x5c];
/** Of the flags of a member: its name is in UTF-8. */
const UTF8 = 1 << 11;
/** Shares of the memory that may be read go to the directory up to this. */
const SHARE = 1 / 8;
const MOST_BYTES = 2 ** 30;

/**
 * Reads the directory of a zip, also of one with more than 65,535 members or beyond 4 GiB (zip64). Backslashes in names count as slashes.
 * Names without the flag of UTF-8 are in code page 437, except that what is UTF-8 counts as that: zip on Linux and macOS leave the flag out.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3, 4.3.12 to 4.3.16, 4.4.4, 4.5.3, appendix D.
 *
 * @throws Error saying what is wrong, also where it is larger than a share of `mostBytes`
 */
export async function readZipDirectory(reader: RangeReader, mostBytes: number): Promise<ZipDirectory> {
  const { count, offset, size } = await findDirectory(reader);
  const most = Math.min(MOST_BYTES, Math.floor(SHARE * mostBytes));
  if (size > most)
    throw new Error(
      `a directory of ${numbered(size, "byte")}, more than ${most}: more memory may help (${optionName("maxMemory")})`,
    );
  if (count > size / ENTRY_BYTES)
    throw new Error(`a directory of ${numbered(count, "member")} in ${numbered(size, "byte")}`);
  const bytes = await reader.read(offset, size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = new Uint32Array(count);
  const places = new Uint32Array(2 ** Math.ceil(Math.log2(2 * count + 1)));
  let isCp437: Uint8Array | undefined;
  let at = 0;
  for (let entry = 0; entry < count; entry++) {
    if (at + ENTRY_BYTES > size || view.getUint32(at, true) !== ENTRY) {
      throw new Error(`a directory that ends after ${entry} of ${numbered(count, "member")}`);
    }
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    const end = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (end > size) throw new Error("a member whose name ends after the directory");
    let bits = 0;
    for (let i = at + ENTRY_BYTES; i < nameEnd; i++) {
      if (bytes[i] === BACKSLASH) bytes[i] = SLASH;
      bits |= bytes[i];
    }
    if (bits > 127 && !isUtf8(bytes.subarray(at + ENTRY_BYTES, nameEnd))) {
      if (view.getUint16(at + 8, true) & UTF8)
        throw new Error(`member ${entry + 1}, whose name should be UTF-8 and is not`);
      isCp437 ??= new Uint8Array(count);
      isCp437[entry] = 1;
    }
    starts[entry] = at;
    at = end;
  }

  const nameBytes = (entry: number) => view.getUint16(starts[entry] + 28, true);
  const nameOf = (entry: number) => {
    const start = starts[entry] + ENTRY_BYTES;
    const name = bytes.subarray(start, start + nameBytes(entry));
    return isCp437?.[entry] ? asUtf8(name) : name;
  };
  /** Where a name is noted, or may be. */
  const placeOf = (name: Uint8Array): number => {
    let place = hash(name) & (places.length - 1);
    while (places[place] > 0 && !areEqual(nameOf(places[place] - 1), name))
      place = (place + 1) & (places.length - 1);
    return place;
  };
  // Of two members of a name the last one counts.
  for (let entry = 0; entry < count; entry++) places[placeOf(nameOf(entry))] = entry + 1;

  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  return {
    memberCount: count,
    heldBytes: bytes.length + starts.byteLength + places.byteLength + (isCp437?.byteLength ?? 0),
    find(name) {
      const entry = places[placeOf(encoder.encode(name))] - 1;
      return entry < 0 ? undefined : memberAt(view, starts[entry]);
    },
    *names(prefix, isShort = false) {
      const start = encoder.encode(prefix);
      for (let entry = 0; entry < count; entry++) {
        const name = nameOf(entry);
        if (name.length < start.length || !areEqual(name.subarray(0, start.length), start)) continue;
        const rest = name.subarray(start.length);
        const slash = isShort ? rest.indexOf(SLASH) : -1;
        yield decoder.decode(slash < 0 ? rest : rest.subarray(0, slash));
      }
    },
    bounds() {
      const bounds = new Float64Array(count + 1);
      for (let entry = 0; entry < count; entry++) {
        const { relativeOffsetOfLocalHeader, compressedSize } = memberAt(view, starts[entry]);
        bounds[entry] = relativeOffsetOfLocalHeader;
        const end = relativeOffsetOfLocalHeader + 30 + nameBytes(entry) + compressedSize;
        bounds[count] = Math.max(bounds[count], end);
      }
      bounds.subarray(0, count).sort();
      return bounds;
    },
  };
}

/** Reads where the directory lies from the end of the file, behind which a comment may come. */
async function findDirectory(reader: RangeReader) {
  const length = await reader.getLength();
  const size = Math.min(END_BYTES + MOST_COMMENT, length);
  const tail = await reader.read(length - size, size);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = size - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || view.getUint16(at + 20, true) !== size - END_BYTES - at) continue;
    if (view.getUint16(at + 4, true) !== 0) throw new Error("a zip of several volumes");
    const found = {
      count: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const isLarge = found.count === 0xffff || found.offset === 0xffffffff || found.size === 0xffffffff;
    return isLarge ? findLargeDirectory(reader, length - size + at) : found;
  }
  throw new Error("no directory at its end");
}

async function findLargeDirectory(reader: RangeReader, end: number) {
  const locator = viewOf(await reader.read(end - 20, 20));
  if (locator.getUint32(0, true) !== LOCATOR_64)
    throw new Error("no zip64 directory where there should be one");
  const record = viewOf(await reader.read(whole(locator, 8), 56));
  if (record.getUint32(0, true) !== END_64) throw new Error("no zip64 directory where its locator has one");
  return { count: whole(record, 32), size: whole(record, 40), offset: whole(record, 48) };
}

/** Sizes and place of a member; those of 64 bits lie in an extra field, in this order, as far as they are needed. */
function memberAt(view: DataView, at: number): ZipMember {
  const extra = at + ENTRY_BYTES + view.getUint16(at + 28, true);
  const end = extra + view.getUint16(at + 30, true);
  let wide = end;
  for (let i = extra; i + 4 <= end; i += 4 + view.getUint16(i + 2, true)) {
    if (view.getUint16(i, true) === 1) {
      wide = i + 4;
      break;
    }
  }
  const number = (offset: number) => {
    const value = view.getUint32(offset, true);
    if (value !== 0xffffffff) return value;
    if (wide + 8 > end) throw new Error("a member without its zip64 sizes");
    wide += 8;
    return whole(view, wide - 8);
  };
  const uncompressedSize = number(at + 24);
  const compressedSize = number(at + 20);
  return {
    generalPurposeBitFlag: view.getUint16(at + 8, true),
    compressionMethod: view.getUint16(at + 10, true),
    compressedSize,
    uncompressedSize,
    relativeOffsetOfLocalHeader: number(at + 42),
  };
}

function whole(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`a place at ${value}`);
  return Number(value);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** FNV-1a with 32 bits (public domain, Fowler, Noll and Vo). */
function hash(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) value = Math.imul(value ^ bytes[i], 0x01000193);
  return (value ^ (value >>> 15)) >>> 0;
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
