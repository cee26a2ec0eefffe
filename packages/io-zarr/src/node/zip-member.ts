import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import type { ByteRange } from "../store.js";
import type { ZipReader } from "./zip-store.js";

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
const ENCRYPTED = 1;
/** Of a member that unpacks to more than this and to so many times its size nothing good is thought: deflate can do 1,032. */
const MOST_UNPACKED = 2 ** 26;
const MOST_RATIO = 256;

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/**
 * Reads a member, whole or in part, within what the directory tells of it: a part of a stored one by its range, else all of it.
 *
 * @throws Error saying what is wrong
 */
export async function readMember(zip: ZipReader, member: ZipMember, range?: ByteRange): Promise<Uint8Array> {
  const { compressionMethod: method, compressedSize: stored, uncompressedSize: size } = member;
  if (method !== STORED && method !== DEFLATED) {
    throw new Error(`a member packed by method ${method}, not stored or deflated`);
  }
  if (member.generalPurposeBitFlag & ENCRYPTED) throw new Error("an encrypted member");
  const header = await zip.read(member.relativeOffsetOfLocalHeader, HEADER_BYTES);
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  if (view.getUint32(0, true) !== 0x04034b50) throw new Error("no member where the zip's directory has one");
  const start =
    member.relativeOffsetOfLocalHeader + HEADER_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (method === STORED) {
    const [from, to] = bounds(range, stored);
    return zip.read(start + from, to - from);
  }
  if (size > MOST_UNPACKED && size > MOST_RATIO * stored) {
    throw new Error(`a member of ${stored} bytes that unpacks to ${size}`);
  }
  const bytes = await unpacked(await zip.read(start, stored), size);
  const [from, to] = bounds(range, size);
  return range ? bytes.slice(from, to) : bytes;
}

async function unpacked(stored: Uint8Array, size: number): Promise<Uint8Array> {
  try {
    const bytes = await inflate(stored, { maxOutputLength: Math.max(1, size) });
    if (bytes.length === size) return new Uint8Array(bytes.buffer, bytes.byteOffset, size);
    throw new Error(`${bytes.length} bytes in a member of ${size}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new Error(`more than ${size} bytes in a member of ${size}`, { cause: error });
  }
}

function bounds(range: ByteRange | undefined, size: number): [from: number, to: number] {
  if (!range) return [0, size];
  if ("suffixLength" in range) return [Math.max(0, size - range.suffixLength), size];
  const from = Math.min(range.offset, size);
  return [from, Math.min(size, from + range.length)];
}
