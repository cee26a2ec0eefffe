import { constants as buffer } from "node:buffer";
import { gunzipSync } from "node:zlib";
import { FormatError } from "@flashdeconv/core";
import { fileText, numbered } from "@flashdeconv/core/internal";
import type { StoreAccess } from "@flashdeconv/stores";
import { fileContent, MOST_TABLE_BYTES, redactUrl } from "@flashdeconv/stores/internal";
import { readObject } from "@flashdeconv/stores/node/internal";

/** Whether a path is taken for a table rather than a store. */
export function isTable(path: string): boolean {
  return /\.(csv|tsv|txt)(\.gz)?$/i.test(/^https?:/i.test(path) ? path.replace(/[?#].*$/s, "") : path);
}

/** Cells that are cut out of a text take several times its bytes. */
const TEXT_SHARE = 1 / 4;

/** A text file, at a path or URL, as a whole. Throws StoreError where it cannot be read, FormatError where it is not UTF-8. */
export async function readText(path: string, access: StoreAccess, signal: AbortSignal): Promise<string> {
  const bytes = await readTableBytes(path, access, signal);
  const text = isGzip(bytes) ? unpack(path, bytes, mostOf(access)) : bytes;
  refuseOtherContent(text.subarray(0, HEAD_BYTES), path);
  return fileText(text, redactUrl(path));
}

const HEAD_BYTES = 2 ** 12;

/** A file of another kind that is called as a table is. */
function refuseOtherContent(head: Uint8Array, path: string): void {
  const { kind, called } = fileContent(head);
  if (kind === "text" || kind === "unknown" || kind === "empty") return;
  const remedy = {
    spreadsheet: "Save the sheet as .csv.",
    "web page": "Give the address of the file itself, as the page's link for the download has it.",
  }[kind as string];
  throw new FormatError({
    path: redactUrl(path),
    found: called,
    expected: "a table as text (.csv, .tsv)",
    remedy: remedy ?? "Write the table as .csv.",
  });
}

/** A table of any format, as bytes. */
export function readTableBytes(path: string, access: StoreAccess, signal: AbortSignal): Promise<Uint8Array> {
  return readObject(path, access, { signal, most: mostOf(access) });
}

function mostOf({ mostBytes = Number.POSITIVE_INFINITY }: StoreAccess): number {
  return Math.min(MOST_TABLE_BYTES, Math.floor(TEXT_SHARE * mostBytes));
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function unpack(path: string, bytes: Uint8Array, most: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.min(most, buffer.MAX_LENGTH) });
  } catch (cause) {
    throw new FormatError({
      path: redactUrl(path),
      found: `gzip that cannot be unpacked: ${(cause as Error).message}`,
      expected: `a whole gzip file of at most ${numbered(most, "byte")} of text`,
      remedy: "Write the table again, or give it without gzip.",
      cause,
    });
  }
}
