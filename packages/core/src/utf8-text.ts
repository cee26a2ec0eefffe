import { FormatError } from "./errors.js";

/** Thrown for bytes that are not UTF-8, where file and line are known to others only. */
export class NotUtf8 extends Error {
  constructor(readonly byte: number) {
    super("not UTF-8");
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Names and labels as text. What is not UTF-8 would lose letters, and two names could become one.
 *
 * @throws NotUtf8 also for a zero byte, which UTF-16 is full of
 */
export function strictText(bytes: Uint8Array): string {
  let text: string | undefined;
  try {
    text = decoder.decode(bytes);
  } catch {
    // What stands there is told below.
  }
  if (text === undefined || text.includes("\0")) throw new NotUtf8(bytes[firstBad(bytes)]);
  return text;
}

/** The text of a whole file. Throws FormatError where that is not UTF-8. */
export function fileText(bytes: Uint8Array, path: string): string {
  try {
    return strictText(bytes);
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error;
    const end = firstBad(bytes);
    let line = 1;
    for (let i = 0; i < end; i++) if (bytes[i] === 0x0a) line++;
    throw notUtf8(path, `line ${line}`, error.byte);
  }
}

/** Names and labels as text. Throws FormatError for what is not UTF-8, with where it stands, as in "item 3". */
export function textAt(bytes: Uint8Array, path: string, where: string): string {
  try {
    return strictText(bytes);
  } catch (error) {
    throw error instanceof NotUtf8 ? notUtf8(path, where, error.byte) : error;
  }
}

/** The same where texts come with their lengths, and a zero byte is a letter as any other. */
export function countedTextAt(bytes: Uint8Array, path: string, where: string): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw notUtf8(path, where, bytes[firstBad(bytes)]);
  }
}

export function notUtf8(path: string, where: string, byte: number): FormatError {
  return new FormatError({
    path,
    found: `the byte 0x${byte.toString(16).padStart(2, "0").toUpperCase()} in ${where}, which no text in UTF-8 has there`,
    expected: "text in UTF-8",
    remedy: "Save the file as UTF-8: it may be in Latin-1, Windows-1252 or UTF-16.",
  });
}

/** The first byte that does not fit: no lead of a character, a lead without all of its others, or zero. */
function firstBad(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; ) {
    const length = lengthAt(bytes, i);
    if (length === 0) return i;
    i += length;
  }
  return bytes.length - 1;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0x80) return lead === 0 ? 0 : 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // Overlong forms, halves of pairs and what is beyond Unicode show in the second byte.
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i];
    const fits = i === 1 ? byte >= least && byte <= most : byte >= 0x80 && byte <= 0xbf;
    if (!fits) return 0;
  }
  return length;
}
