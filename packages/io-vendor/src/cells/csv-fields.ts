import { SEPARATORS } from "@flashdeconv/io-zarr/internal";
import { nameAt } from "../ingest/text-lines.js";

const QUOTE = 0x22;

/** A line of text, or of bytes with many lines. */
export interface Line {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Where the field that begins at `from` ends: at a separator outside of quotes, or at the end of the line. */
export function fieldEnd({ bytes, to }: Line, from: number, separator: number): number {
  let at = from;
  if (bytes[at] === QUOTE && at < to) {
    at++;
    while (at < to && !(bytes[at] === QUOTE && bytes[at + 1] !== QUOTE)) at += bytes[at] === QUOTE ? 2 : 1;
  }
  while (at < to && bytes[at] !== separator) at++;
  return at;
}

/** The text of a field, without its quotes. */
export function fieldText(bytes: Uint8Array, from: number, to: number): string {
  const text = nameAt(bytes, from, to).trim();
  return text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1).replaceAll('""', '"')
    : text;
}

/** The fields of a header and the byte that separates them: the one that `columnsOf` knows the columns by, else commas. */
export function readHeader<T>(
  line: Line,
  columnsOf: (header: readonly string[]) => T | undefined,
): { readonly header: readonly string[]; readonly separator: number; readonly columns: T | undefined } {
  for (const text of SEPARATORS) {
    const separator = text.charCodeAt(0);
    const header = fieldsOf(line, separator);
    const columns = header.length > 1 ? columnsOf(header) : undefined;
    if (columns) return { header, separator, columns };
  }
  const separator = SEPARATORS[0].charCodeAt(0);
  return { header: fieldsOf(line, separator), separator, columns: undefined };
}

function fieldsOf(line: Line, separator: number): string[] {
  const { bytes, from, to } = line;
  const fields: string[] = [];
  for (let at = from; at <= to; ) {
    const end = fieldEnd(line, at, separator);
    fields.push(fieldText(bytes, at, end).replace(/^\ufeff/, ""));
    at = end + 1;
  }
  return fields;
}
