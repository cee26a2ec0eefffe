/** Columns of text in line: numbers to the right, words to the left. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = header.map((title, i) => {
    const isNumeric = rows.every((row) => /^[-\d]|^$/.test(row[i])) && rows.some((row) => row[i] !== "");
    const width = Math.max(title.length, ...rows.map((row) => row[i].length));
    return isNumeric ? (cell: string) => cell.padStart(width) : (cell: string) => cell.padEnd(width);
  });
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, i) => columns[i](cell))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The lines of a text, each two spaces in. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
