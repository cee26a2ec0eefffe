import { numbered } from "@flashdeconv/core/internal";
import { boundsOf } from "../byte-range.js";
import type { RangeReader } from "../range-reader.js";
import { TooLarge } from "../read-bounded.js";
import type { ByteRange } from "../store.js";
import { type Unpack, unpackStream } from "./unpack-stream.js";

/** What the directory of a zip tells of a member. */
export interface ZipMember {
  readonly relativeOffsetOfLocalHeader: number;
  readonly compressionMethod: number;
  readonly generalPurposeBitFlag: number;
  readonly compressedSize: number;
  readonly uncompressedSize: number;
}

const HEADER_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 0x41;
/** Of a member that unpacks to more than this and to so many times its size nothing good is thought: deflate can do 1,032. */
const MOST_UNPACKED = 2 ** 26;
const MOST_RATIO = 256;

/** What is read of a member: all of it or a part, and how many bytes may be held for that. */
export interface MemberPart {
  readonly range?: ByteRange;
  readonly most: number;
  /** What unpacks it; by default the runtime's streams. */
  readonly unpack?: Unpack;
}

/**
 * Reads a member, whole or in part, within what the directory tells of it: a part of a stored one by its range, else all of it.
 *
 * @throws Error saying what is wrong
 */
export async function readMember(
  zip: RangeReader,
  member: ZipMember,
  { range, most, unpack = unpackStream }: MemberPart,
): Promise<Uint8Array> {
  const { compressionMethod: method, compressedSize: stored, uncompressedSize: size } = member;
  if (method !== STORED && method !== DEFLATED) {
    throw new Error(`a member packed by method ${method}, not stored or deflated`);
  }
  if (member.generalPurposeBitFlag & ENCRYPTED) throw new Error("an encrypted member");
  if (method === STORED && stored !== size)
    throw new Error(`${numbered(stored, "byte")} stored of a member of ${size}`);
  const [from, to] = boundsOf(range, size);
  // Of what is packed all has to be unpacked.
  const held = method === STORED ? to - from : Math.max(stored, size);
  if (held > most) throw new Error(`${numbered(held, "byte")} of a member, more than ${most}`);
  const header = await zip.read(member.relativeOffsetOfLocalHeader, HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  if (view.getUint32(0, true) !== 0x04034b50) throw new Error("no member where the zip's directory has one");
  const start =
    member.relativeOffsetOfLocalHeader + HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (method === STORED) return zip.read(start + from, to - from);
  if (size > MOST_UNPACKED && size > MOST_RATIO * stored) {
    throw new Error(`a member of ${numbered(stored, "byte")} that unpacks to ${size}`);
  }
  const bytes = await unpacked(unpack, await zip.read(start, stored), size);
  return range ? bytes.slice(from, to) : bytes;
}

async function unpacked(unpack: Unpack, packed: Uint8Array<ArrayBuffer>, size: number): Promise<Uint8Array> {
  try {
    const bytes = await unpack(packed, size);
    if (bytes.length === size) return bytes;
    throw new Error(`${numbered(bytes.length, "byte")} in a member of ${size}`);
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    throw new Error(`more than ${numbered(size, "byte")} in a member of ${size}`, { cause: error });
  }
}
