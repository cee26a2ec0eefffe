/** A spreadsheet takes a cell that begins with one of these for a formula, or cuts it off. */
const RISKY = "=+-@\t\r\n'";
/** Quotes are needed around these; the semicolon separates cells where commas are decimal. */
const QUOTED = /[",;\t\r\n]|^[\s\uFEFF]|[\s\uFEFF]$/u;

/** Text as a cell that a spreadsheet does not run: an apostrophe stands before what could be a formula, and before another apostrophe. */
export function csvCell(text: string): string {
  const safe = text !== "" && RISKY.includes(text[0]) ? `'${text}` : text;
  return safe === "" || QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The text that `csvCell` made a cell of, quotes taken away. */
export function textOfCell(cell: string): string {
  return cell.length > 1 && cell[0] === "'" && RISKY.includes(cell[1]) ? cell.slice(1) : cell;
}

/** Bytes that no cell of one of these alone needs a change for: letters, digits and what barcodes are made of. */
export function isPlain(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to) return false;
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    const isName =
      (byte >= 48 && byte <= 58) || (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95;
    // A minus or a dot may stand within a name, not begin it.
    if (!isName && !(i > from && (byte === 45 || byte === 46))) return false;
  }
  return true;
}
