import { numbered } from "@flashdeconv/core/internal";
/** How many bytes addresses and lengths take in a file. */
export interface Widths {
  readonly address: number;
  readonly length: number;
}

/** An address that points nowhere: what it would be of was never written. */
export const NOWHERE = -1;

/** Reads little-endian numbers of metadata one after the other. Beyond the end it throws a RangeError. */
export interface Cursor {
  /** Where the next number begins. */
  at: number;
  readonly bytes: Uint8Array;
  uint(byteCount: number): number;
  u8(): number;
  u16(): number;
  u32(): number;
  /** NOWHERE for an undefined one. */
  address(): number;
  length(): number;
  take(byteCount: number): Uint8Array;
  /** Text of so many bytes, up to its first NUL. */
  text(byteCount: number): string;
  /** Text up to a NUL, which is passed over. */
  textToNul(): string;
  /** Throws an Error unless these characters come next. */
  expect(signature: string): void;
}

const decoder = new TextDecoder();

export function cursorOf(bytes: Uint8Array, widths: Widths): Cursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cursor: Cursor = {
    at: 0,
    bytes,
    uint(byteCount) {
      const start = cursor.at;
      cursor.at += byteCount;
      if (byteCount === 1) return view.getUint8(start);
      if (byteCount === 2) return view.getUint16(start, true);
      if (byteCount === 4) return view.getUint32(start, true);
      if (byteCount === 8) return whole(view.getBigUint64(start, true));
      if (byteCount < 0 || byteCount > 8) throw new Error(`a number of ${numbered(byteCount, "byte")}`);
      let value = 0;
      for (let i = byteCount - 1; i >= 0; i--) value = value * 256 + view.getUint8(start + i);
      return value;
    },
    u8: () => cursor.uint(1),
    u16: () => cursor.uint(2),
    u32: () => cursor.uint(4),
    address() {
      const start = cursor.at;
      let isNowhere = true;
      for (let i = 0; i < widths.address; i++) isNowhere &&= view.getUint8(start + i) === 0xff;
      if (!isNowhere) return cursor.uint(widths.address);
      cursor.at += widths.address;
      return NOWHERE;
    },
    length: () => cursor.uint(widths.length),
    take(byteCount) {
      const start = cursor.at;
      if (byteCount < 0 || start + byteCount > bytes.length) throw new RangeError("beyond the end");
      cursor.at += byteCount;
      return bytes.subarray(start, start + byteCount);
    },
    text: (byteCount) => textOf(cursor.take(byteCount)),
    textToNul() {
      const end = bytes.indexOf(0, cursor.at);
      if (end < 0) throw new RangeError("text without an end");
      const text = decoder.decode(bytes.subarray(cursor.at, end));
      cursor.at = end + 1;
      return text;
    },
    expect(signature) {
      const found = decoder.decode(cursor.take(signature.length));
      if (found !== signature) throw new Error(`${JSON.stringify(found)} in place of ${signature}`);
    },
  };
  return cursor;
}

/** Text up to its first NUL. What is not UTF-8 becomes U+FFFD: `lostLetters` refuses what such a name leads to. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

function whole(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`the number ${value}`);
  return Number(value);
}
