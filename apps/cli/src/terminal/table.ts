/** Columns of text in line: the first is set to the left, the others, which mostly hold numbers, to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  return [header, ...rows]
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The lines of a text, each two spaces in. */
export function indent(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}
