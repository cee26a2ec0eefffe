import type { ByteRange } from "../store.js";

/** What a server says it sends: bytes `start .. end` (half-open) of an object of `size` bytes, where it tells. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
  readonly size: number | undefined;
}

/** The Range header of a request. */
export function rangeHeader(range: ByteRange): string {
  if ("suffixLength" in range) return `bytes=-${range.suffixLength}`;
  return `bytes=${range.offset}-${range.offset + range.length - 1}`;
}

/** Reads `bytes 0-9/100`; undefined for anything else. */
export function parseContentRange(header: string | null): ContentRange | undefined {
  const match = /^\s*bytes\s+(\d+)-(\d+)\/(\d+|\*)\s*$/i.exec(header ?? "");
  if (!match) return undefined;
  const start = Number(match[1]);
  const end = Number(match[2]) + 1;
  return end > start ? { start, end, size: match[3] === "*" ? undefined : Number(match[3]) } : undefined;
}

/** The object's size in the `bytes * /100` of an answer 416; undefined where it is not told. */
export function parseUnsatisfied(header: string | null): number | undefined {
  const match = /^\s*bytes\s+\*\/(\d+)\s*$/i.exec(header ?? "");
  return match ? Number(match[1]) : undefined;
}

/** Whether what is sent is what was asked for, as far as the object reaches. */
export function answersRange(sent: ContentRange, asked: ByteRange): boolean {
  const { start, end, size } = sent;
  if ("suffixLength" in asked) {
    if (size === undefined) return end - start === asked.suffixLength;
    return end === size && end - start === Math.min(size, asked.suffixLength);
  }
  const wanted = asked.offset + asked.length;
  return start === asked.offset && end === (size === undefined ? wanted : Math.min(size, wanted));
}

/** The asked part of a whole object. */
export function cutRange(bytes: Uint8Array, range: ByteRange): Uint8Array {
  if ("suffixLength" in range) return bytes.slice(Math.max(0, bytes.length - range.suffixLength));
  return bytes.slice(range.offset, range.offset + range.length);
}
