import { FormatError } from "@flashdeconv/core";
import { numbered, textAt } from "@flashdeconv/core/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { readKey } from "@flashdeconv/stores/internal";

/** Bytes that are read at a time. */
const PIECE_BYTES = 2 ** 22;
/** The outline of a cell takes a few thousand. */
const MOST_FEATURE_BYTES = 2 ** 24;
/** Where a feature begins: in a list of the outermost object. */
const FEATURE_DEPTH = 2;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The features of a GeoJSON file, one after the other: each is found by its braces and parsed by itself, since a section has hundreds of thousands.
 *
 * @throws FormatError where there is no such file, or it is no whole JSON
 */
export async function* geojsonFeatures(
  files: ReadableStore,
  path: string,
  signal?: AbortSignal,
): AsyncIterable<unknown> {
  let depth = 0;
  let isText = false;
  let isEscaped = false;
  let held = new Uint8Array(0);
  let count = 0;
  for await (const piece of piecesOf(files, path, signal)) {
    const bytes = joined(held, piece);
    let begin = held.length > 0 ? 0 : -1;
    for (let i = held.length; i < bytes.length; i++) {
      const byte = bytes[i];
      if (isText) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) isText = false;
        continue;
      }
      if (byte === QUOTE) isText = true;
      else if (byte === OPEN || byte === OPEN_LIST) {
        if (depth === FEATURE_DEPTH && byte === OPEN) begin = i;
        depth++;
      } else if (byte === CLOSE || byte === CLOSE_LIST) {
        depth--;
        if (depth !== FEATURE_DEPTH || begin < 0) continue;
        yield parsed(textAt(bytes.subarray(begin, i + 1), path, `feature ${++count}`), path);
        begin = -1;
      }
    }
    held = begin < 0 ? new Uint8Array(0) : bytes.slice(begin);
    if (held.length > MOST_FEATURE_BYTES)
      throw broken(path, `a feature of more than ${numbered(MOST_FEATURE_BYTES, "byte")}`);
  }
  if (depth !== 0 || isText) throw broken(path, "an end within its text");
}

async function* piecesOf(
  files: ReadableStore,
  path: string,
  signal?: AbortSignal,
): AsyncIterable<Uint8Array> {
  for (let offset = 0; ; offset += PIECE_BYTES) {
    const bytes = await readKey(files, `/${path}`, { range: { offset, length: PIECE_BYTES }, signal });
    if (!bytes) throw broken(path, "no such file");
    if (bytes.length > 0) yield bytes;
    if (bytes.length < PIECE_BYTES) return;
  }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw broken(path, `${JSON.stringify(text.slice(0, 60))}, which is no JSON`, cause);
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail;
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

function broken(path: string, found: string, cause?: unknown): FormatError {
  return new FormatError({
    path,
    found,
    expected: "a whole GeoJSON file of features",
    remedy: "Copy the file again from the output of Space Ranger.",
    cause,
  });
}
