import { nameAt } from "../ingest/text-lines.js";

const COMMA = 0x2c;
const QUOTE = 0x22;

/** Where the field that begins at `from` ends: at a comma outside of quotes, or at the end of the line. */
export function fieldEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  if (bytes[at] === QUOTE && at < to) {
    at++;
    while (at < to && !(bytes[at] === QUOTE && bytes[at + 1] !== QUOTE)) at += bytes[at] === QUOTE ? 2 : 1;
  }
  while (at < to && bytes[at] !== COMMA) at++;
  return at;
}

/** The text of a field, without its quotes. */
export function fieldText(bytes: Uint8Array, from: number, to: number): string {
  const text = nameAt(bytes, from, to).trim();
  return text.startsWith('"') && text.endsWith('"') && text.length > 1
    ? text.slice(1, -1).replaceAll('""', '"')
    : text;
}

/** All fields of a line. */
export function fieldsOf(bytes: Uint8Array, from: number, to: number): string[] {
  const fields: string[] = [];
  for (let at = from; at <= to; ) {
    const end = fieldEnd(bytes, at, to);
    fields.push(fieldText(bytes, at, end));
    at = end + 1;
  }
  return fields;
}
