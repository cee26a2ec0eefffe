/** A spreadsheet takes a cell that begins with one of these for a formula, or cuts it off. */
const RISKY = "=+-@\t\r\n'";
/** Quotes are needed around these; the semicolon separates cells where commas are decimal. */
const QUOTED = /[",;\t\r\n]|^[\s\uFEFF]|[\s\uFEFF]$/u;

/** Text as a cell that a spreadsheet does not run, as `flashdeconv export` writes it. */
export function csvCell(text: string): string {
  const safe = text !== "" && RISKY.includes(text[0]) ? `'${text}` : text;
  return safe === "" || QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(header: string, names: readonly string[]): Blob {
  return new Blob([[header, ...names].map((name) => `${csvCell(name)}\n`).join("")], { type: "text/csv" });
}

/** Hands a file to whoever looks at the page. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser takes it over in its own time.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
