import { printableLine, printableName } from "@flashdeconv/results/internal";

/** The widest cell of a table, in characters: one long name must not push all other columns out of sight. */
export const WIDEST_CELL = 48;

/**
 * The lines of columns of text: numbers to the right, words to the left. Cells may be names from anywhere. One that is wider than
 * WIDEST_CELL is cut, but in the last column, which nothing follows: there lie remarks.
 */
export function table(header: readonly string[], given: readonly (readonly string[])[]): string[] {
  const last = header.length - 1;
  const rows = given.map((row) =>
    row.map((cell, i) => (i < last ? printableName(cell, WIDEST_CELL) : printableLine(cell))),
  );
  const columns = header.map((title, i) => {
    const isNumeric = rows.every((row) => /^[-\d]|^$/.test(row[i])) && rows.some((row) => row[i] !== "");
    const width = Math.max(title.length, ...rows.map((row) => row[i].length));
    return isNumeric ? (cell: string) => cell.padStart(width) : (cell: string) => cell.padEnd(width);
  });
  return [header, ...rows].map((row) =>
    row
      .map((cell, i) => columns[i](cell))
      .join("  ")
      .trimEnd(),
  );
}

/** The lines, each two spaces in. */
export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => (line === "" ? line : `  ${line}`));
}
