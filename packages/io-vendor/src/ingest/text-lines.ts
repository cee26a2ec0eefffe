import { FormatError } from "@flashdeconv/core";
import { NotUtf8, notUtf8, numbered, strictText } from "@flashdeconv/core/internal";

/** Bytes of a file, in order. */
export type Bytes = AsyncIterable<Uint8Array>;

/** A line longer than this is none of a table of numbers. */
const MOST_LINE_BYTES = 2 ** 20;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Told of a line, without its end. `number` counts from 1. */
export type OnLine = (bytes: Uint8Array, from: number, to: number, number: number) => void;

/**
 * Splits text into lines and tells each of them as bytes of a larger array, which is another's at the next turn. Yields after each piece of the
 * file, so that what was gathered can be handed on.
 *
 * @throws FormatError for a line of more than a mebibyte, or with a name that is not UTF-8
 */
export async function* eachLine(text: Bytes, path: string, tell: OnLine): AsyncIterable<void> {
  const onLine = namingPlaces(tell, path);
  let rest = new Uint8Array(0);
  let number = 0;
  for await (const piece of text) {
    const bytes = rest.length === 0 ? piece : joined(rest, piece);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      onLine(bytes, from, end > from && bytes[end - 1] === RETURN ? end - 1 : end, ++number);
      from = end + 1;
    }
    rest = bytes.slice(from);
    if (rest.length > MOST_LINE_BYTES) {
      throw new FormatError({
        path,
        found: `a line of more than ${numbered(MOST_LINE_BYTES, "byte")}`,
        expected: "a table of text with short lines",
        remedy: "Check that this is the file you mean.",
      });
    }
    yield;
  }
  if (rest.length > 0) {
    onLine(rest, 0, rest[rest.length - 1] === RETURN ? rest.length - 1 : rest.length, ++number);
    yield;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

/** What is not UTF-8 is told with file and line. */
function namingPlaces(onLine: OnLine, path: string): OnLine {
  return (bytes, from, to, number) => {
    try {
      onLine(bytes, from, to, number);
    } catch (error) {
      throw error instanceof NotUtf8 ? notUtf8(path, `line ${number}`, error.byte) : error;
    }
  };
}

const decoder = new TextDecoder();

/** A name. Throws NotUtf8, which `eachLine` tells the place of. */
export function nameAt(bytes: Uint8Array, from: number, to: number): string {
  return strictText(bytes.subarray(from, to));
}

/** Whether a field holds nothing, or blanks alone. */
export function isBlank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0x20 && bytes[at] !== 0x09) return false;
  return true;
}

/** Text that a message shows, or that is compared: it may be cut inside of a character. */
export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}

/** A number as text; NaN for anything else. Whole numbers, which are nearly all, are read without a string. */
export function numberAt(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > 0 && to - from < 16) {
    let value = 0;
    let at = from;
    for (; at < to; at++) {
      const digit = bytes[at] - 0x30;
      if (digit < 0 || digit > 9) break;
      value = 10 * value + digit;
    }
    if (at === to) return value;
  }
  const text = textOf(bytes, from, to).trim();
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}
