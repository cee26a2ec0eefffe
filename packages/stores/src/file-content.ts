import { NotUtf8, strictText } from "@flashdeconv/core/internal";

/** What a file is, by its first bytes. */
export interface FileContent {
  readonly kind: ContentKind;
  /** In words, as in "a picture (PNG)". */
  readonly called: string;
}

export type ContentKind =
  | "archive"
  | "columns"
  | "data of R"
  | "document"
  | "empty"
  | "hdf5"
  | "picture"
  | "pickle"
  | "spreadsheet"
  | "text"
  | "unknown"
  | "web page";

/** First bytes of formats that people have beside tables of counts, as Latin-1, at 0 if nothing else is said. */
const SIGNATURES: readonly (readonly [start: string, content: FileContent, at?: number])[] = [
  ["\x89PNG", { kind: "picture", called: "a picture (PNG)" }],
  ["\xff\xd8\xff", { kind: "picture", called: "a picture (JPEG)" }],
  ["GIF8", { kind: "picture", called: "a picture (GIF)" }],
  ["II*\0", { kind: "picture", called: "a picture (TIFF)" }],
  ["II+\0", { kind: "picture", called: "a picture (TIFF)" }],
  ["MM\0*", { kind: "picture", called: "a picture (TIFF)" }],
  ["%PDF", { kind: "document", called: "a PDF document" }],
  ["\x89HDF\r\n\x1a\n", { kind: "hdf5", called: "an HDF5 file" }],
  ["RDX", { kind: "data of R", called: "data of R (.RData)" }],
  ["X\n\0\0", { kind: "data of R", called: "data of R (.rds)" }],
  ["A\n", { kind: "data of R", called: "data of R (.rds)" }],
  ["PAR1", { kind: "columns", called: "a Parquet file" }],
  ["ARROW1", { kind: "columns", called: "an Arrow file" }],
  ["\x93NUMPY", { kind: "pickle", called: "an array of NumPy (.npy)" }],
  ["\x80\x04\x95", { kind: "pickle", called: "a pickle of Python" }],
  ["\x80\x05\x95", { kind: "pickle", called: "a pickle of Python" }],
  ["\xd0\xcf\x11\xe0", { kind: "spreadsheet", called: "a file of old Excel (.xls)" }],
  ["ustar", { kind: "archive", called: "an archive (tar)" }, 257],
  ["7z\xbc\xaf", { kind: "archive", called: "an archive (7z)" }],
  ["Rar!", { kind: "archive", called: "an archive (rar)" }],
  ["BZh", { kind: "archive", called: "a file packed with bzip2" }],
  ["\xfd7zXZ", { kind: "archive", called: "a file packed with xz" }],
  ["\x28\xb5\x2f\xfd", { kind: "archive", called: "a file packed with zstd" }],
];
const ZIP = "PK\x03\x04";
const GZIP = "\x1f\x8b";
/** Where the name of the first member of a zip stands. */
const MEMBER_AT = 30;
const TEXT_SHOWN = 40;

/**
 * What a file is, by its first bytes: some hundreds suffice.
 *
 * @param unpack the start of what gzip packed; without it no more is told of such a file
 */
export function fileContent(head: Uint8Array, unpack?: (head: Uint8Array) => Uint8Array): FileContent {
  if (head.length === 0) return { kind: "empty", called: "an empty file" };
  const has = (start: string, at = 0) => [...start].every((byte, i) => head[at + i] === byte.charCodeAt(0));
  const found = SIGNATURES.find(([start, , at]) => has(start, at));
  if (found) return found[1];
  if (has(ZIP)) {
    return has("[Content_Types]", MEMBER_AT) || has("_rels/", MEMBER_AT)
      ? { kind: "spreadsheet", called: "a file of Excel or another office program" }
      : { kind: "archive", called: "a zip file" };
  }
  if (has(GZIP)) {
    const inner = unpack && fileContent(unpack(head));
    const isKnown = inner !== undefined && inner.kind !== "empty" && inner.kind !== "unknown";
    if (!isKnown) return { kind: "archive", called: "a file packed with gzip" };
    // R packs what it writes: it says no more that it is packed.
    return inner.kind === "data of R" ? inner : { ...inner, called: `${inner.called}, packed with gzip` };
  }
  return textContent(head) ?? { kind: "unknown", called: "a file of an unknown kind" };
}

function textContent(head: Uint8Array): FileContent | undefined {
  // The last character may be cut.
  for (let cut = 0; cut < Math.min(4, head.length); cut++) {
    try {
      const text = strictText(head.subarray(0, head.length - cut)).trimStart();
      // biome-ignore lint/suspicious/noControlCharactersInRegex: no text has these
      if (/[\x01-\x08\x0e-\x1a\x1c-\x1f]/.test(text)) return undefined;
      if (/^(<!doctype html|<html)/i.test(text)) return { kind: "web page", called: "a page of HTML" };
      if (/^<\?xml/i.test(text)) return { kind: "web page", called: "a document of XML" };
      const shown = text.slice(0, TEXT_SHOWN).split(/[\r\n]/, 1)[0];
      return { kind: "text", called: `text that begins ${JSON.stringify(shown)}` };
    } catch (error) {
      if (!(error instanceof NotUtf8)) throw error;
    }
  }
  return undefined;
}
