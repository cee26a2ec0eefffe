/** A table of Markdown; the first column to the left, the others to the right. Columns without a value are left out. */
export function markdownTable(header, rows) {
  const columns = [...header.keys()].filter(
    (i) => rows.length === 0 || rows.some((cells) => cells[i] !== "-"),
  );
  const line = (cells) => `| ${columns.map((i) => cells[i]).join(" | ")} |`;
  const rule = `|${columns.map((i) => (i === 0 ? "---" : "---:")).join("|")}|`;
  return [line(header), rule, ...rows.map(line)].join("\n");
}
