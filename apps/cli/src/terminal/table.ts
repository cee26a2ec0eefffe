import { printableName } from "./printable.js";

/** The lines of columns of text: numbers to the right, words to the left. Cells may be names from anywhere. */
export function table(header: readonly string[], given: readonly (readonly string[])[]): string[] {
  const rows = given.map((row) => row.map(printableName));
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
