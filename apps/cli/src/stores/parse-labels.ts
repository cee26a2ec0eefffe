import { FormatError, type Notice, OptionError } from "@flashdeconv/core";
import { numbered, shortList } from "@flashdeconv/core/internal";
import { isNameColumn, readTextCells } from "@flashdeconv/io-zarr/internal";
import { redactUrl } from "@flashdeconv/stores/internal";

/** Types of cells by the cells' names, and what is to be told of the table. */
export interface ParsedLabels {
  readonly labels: ReadonlyMap<string, string>;
  readonly notices: readonly Notice[];
}

/** What R and pandas write for a missing value. */
const MISSING: ReadonlySet<string> = new Set(["", "NA", "NaN", "nan"]);
/** A cell's name and a few columns. */
const MOST_ROW_CHARACTERS = 2 ** 20;
const REMEDY =
  "Write the table again: one row per cell, its name and its type, separated by commas, tabs or semicolons.";

/**
 * Labels of cells from a table: a cell's name and its type in each row, in the first two columns, or the type in the column that `key` names in the
 * first row. A first row that begins with what columns of names are called, or that names `key`, is a header. Numbers of rows before a column of
 * names are passed over. Cells without a type (empty, NA) are left out, and told.
 *
 * @throws FormatError for rows without a type, or a cell that is told twice and differently; OptionError for a column that is not there
 */
export function parseLabels(path: string, text: string, key?: string): ParsedLabels {
  const told = { path: redactUrl(path), remedy: REMEDY };
  const rows = withoutRowNumbers(readTextCells(text, { ...told, mostRowCharacters: MOST_ROW_CHARACTERS }));
  const [first = []] = rows;
  const isHeader = isNameColumn(first[0]) || (key !== undefined && first.includes(key));
  const column = columnOf(first, key);
  const labels = new Map<string, string>();
  const missing = new Map<string, number>();
  let repeated = 0;
  for (const row of isHeader ? rows.slice(1) : rows) {
    const [name] = row;
    const label = row[column];
    if (MISSING.has(label)) {
      missing.set(label, (missing.get(label) ?? 0) + 1);
      continue;
    }
    const known = labels.get(name);
    if (known !== undefined && known !== label) {
      const found = `the cell ${JSON.stringify(name)} as ${shortList([known, label])}`;
      throw new FormatError({ ...told, found, expected: "one type for each cell" });
    }
    if (known !== undefined) repeated++;
    labels.set(name, label);
  }
  if (labels.size === 0) {
    const found = missing.size > 0 ? `no label but ${listed(missing)}` : "no label";
    throw new FormatError({ ...told, found, expected: "a name and a type in each row" });
  }
  return { labels, notices: noticesOf(missing, repeated) };
}

function noticesOf(missing: ReadonlyMap<string, number>, repeated: number): Notice[] {
  const notices: Notice[] = [];
  if (missing.size > 0) {
    const message = `Labels: ${listed(missing)} ${total(missing) === 1 ? "is" : "are"} no type: those cells have none.`;
    notices.push({ code: "labels-missing", message });
  }
  if (repeated > 0) {
    const message = `Labels: ${numbered(repeated, "row")} repeat a cell, with the same type.`;
    notices.push({ code: "labels-repeated", message });
  }
  return notices;
}

function total(missing: ReadonlyMap<string, number>): number {
  return [...missing.values()].reduce((sum, count) => sum + count, 0);
}

/** As in "2 empty, 3 NA". */
function listed(missing: ReadonlyMap<string, number>): string {
  return [...missing].map(([label, count]) => `${count} ${label || "empty"}`).join(", ");
}

/** What R and pandas number rows with stands before the names of cells, in a column without a header. */
function withoutRowNumbers(rows: string[][]): string[][] {
  const [first = [], ...others] = rows;
  const isNumbered =
    first[0] === "" &&
    first[1] !== "" &&
    isNameColumn(first[1]) &&
    others.every(([name]) => /^\d+$/.test(name));
  return isNumbered ? rows.map((row) => row.slice(1)) : rows;
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
