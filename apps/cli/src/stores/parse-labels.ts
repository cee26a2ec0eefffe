import { FormatError, OptionError } from "@flashdeconv/core";
import { shortList } from "@flashdeconv/core/internal";
import { redactUrl } from "@flashdeconv/stores/internal";
import { parseCells } from "./parse-proportions.js";

/** First cells of a header: they name no barcode. */
const INDEX_NAMES: ReadonlySet<string> = new Set([
  "",
  "barcode",
  "barcodes",
  "cell",
  "cell_id",
  "cellid",
  "index",
  "id",
  "name",
]);

/**
 * Labels of cells from a table: a cell's name and its type in each row, in the first two columns, or the type in the column that `key` names in the
 * first row. A first row that begins with what columns of names are called, or that names `key`, is a header.
 *
 * @throws FormatError for rows without a type, or a cell that is told twice and differently; OptionError for a column that is not there
 */
export function parseLabels(path: string, text: string, key?: string): Map<string, string> {
  const rows = parseCells(path, text);
  const [first = []] = rows;
  const isHeader =
    INDEX_NAMES.has(first[0]?.trim().toLowerCase() ?? "") || (key !== undefined && first.includes(key));
  const column = columnOf(first, key);
  const labels = new Map<string, string>();
  for (const row of isHeader ? rows.slice(1) : rows) {
    const [name] = row;
    const label = row[column];
    if (label === undefined) {
      throw broken(path, `a row of ${row.length} for the cell "${name}"`, "a name and a type in each row");
    }
    const known = labels.get(name);
    if (known !== undefined && known !== label) {
      throw broken(path, `the cell "${name}" as ${shortList([known, label])}`, "one type for each cell");
    }
    // An empty label is none.
    if (label !== "") labels.set(name, label);
  }
  if (labels.size === 0) throw broken(path, "no label", "a name and a type in each row");
  return labels;
}

function columnOf(header: readonly string[], key: string | undefined): number {
  if (key === undefined) return 1;
  const column = header.indexOf(key);
  if (column > 0) return column;
  throw new OptionError({
    option: "--cell-type-key",
    value: key,
    rule: `a column of the labels: ${shortList(header.slice(1)) || "its first row has none"}`,
    remedy: "Name one of these, or leave it out for the second column.",
  });
}

function broken(path: string, found: string, expected: string): FormatError {
  const remedy = "Write the table again: one row per cell, comma- or tab-separated.";
  return new FormatError({ path: redactUrl(path), found, expected, remedy });
}
