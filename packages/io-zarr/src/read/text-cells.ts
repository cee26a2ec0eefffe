import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { parse } from "csv-parse/browser/esm/sync";

/** What is told of a table of text that cannot be read. */
export interface TextTable {
  readonly path: string;
  readonly remedy: string;
  /** A quote that is never closed would take the whole text. */
  readonly mostRowCharacters: number;
}

/** What cells of a table are separated by. */
export const SEPARATORS = [",", "\t", ";"] as const;
export type Separator = (typeof SEPARATORS)[number];
const CALLED: Readonly<Record<Separator, string>> = { ",": "commas", "\t": "tabs", ";": "semicolons" };

/** What columns of names are called: such a header is not short of a name for them. */
const NAME_COLUMNS = new Set(
  "barcode barcodes cell cells cell_id cellid gene genes gene_id gene_name id index name spot spots spot_id".split(
    " ",
  ),
);

/** Whether a column of this header holds names of cells, spots or genes; R and pandas leave such a header empty. */
export function isNameColumn(header: string | undefined): boolean {
  return header === "" || NAME_COLUMNS.has((header ?? "?").trim().toLowerCase());
}

/**
 * The cells of a table of text, blanks around them taken away, all rows of one length. Commas, tabs or semicolons separate them: whichever the
 * first two rows have; of several, the one that cuts all rows alike. A first row that is one cell shorter than all others has no header for the
 * names of rows, as R writes it: it gets an empty one.
 *
 * @throws FormatError where that is not certain, or rows differ in length
 */
export function readTextCells(text: string, table: TextTable): string[][] {
  if (!/\S/.test(text)) return [];
  const separator = separatorOf(text, table);
  let rows: string[][];
  try {
    rows = cellsBy(separator, text, table);
  } catch (cause) {
    throw broken(table, `text that is not a table (${(cause as Error).message})`, ALIKE, cause);
  }
  const [first] = rows;
  const width = rows[1]?.length ?? first.length;
  const odd = rows.findIndex(({ length }, i) => i > 0 && length !== width);
  if (odd > 0) throw ragged(table, rows, odd);
  if (width === first.length) return rows;
  if (
    width !== first.length + 1 ||
    isNameColumn(first[0]) ||
    rows.slice(1).every((row) => row[width - 1] === "")
  )
    throw ragged(table, rows, 1);
  return [["", ...first], ...rows.slice(1)];
}

const ALIKE = "rows of equal length, cells separated by commas, tabs or semicolons";

function cellsBy(
  separator: Separator,
  text: string,
  { mostRowCharacters }: TextTable,
  most?: number,
): string[][] {
  return parse(text, {
    bom: true,
    delimiter: separator,
    skip_empty_lines: true,
    relax_column_count: true,
    trim: true,
    max_record_size: mostRowCharacters,
    ...(most !== undefined && { to: most }),
  });
}

/** Text that is looked at where there are several separators. */
const SAMPLE_CHARACTERS = 2 ** 20;
const SAMPLE_ROWS = 200;

function separatorOf(text: string, table: TextTable): Separator {
  const { end, found } = firstRows(text, table.mostRowCharacters);
  if (found.length === 1) return found[0];
  if (found.length === 0) {
    const line = JSON.stringify(
      text
        .trim()
        .slice(0, 60)
        .split(/[\r\n]/, 1)[0],
    );
    throw broken(table, `no comma, tab or semicolon in the first rows (${line})`, ALIKE);
  }
  const cut = Math.max(end, text.lastIndexOf("\n", SAMPLE_CHARACTERS));
  const sample = text.slice(0, text.length <= SAMPLE_CHARACTERS ? text.length : cut);
  const shapes = found.map((separator) => ({ separator, shape: shapeOf(separator, sample, table) }));
  // A header of its full length tells more than one that R may have left short.
  for (const wanted of ["whole", "short"] as const) {
    const [one, another] = shapes.filter(({ shape }) => shape === wanted);
    if (one && !another) return one.separator;
    if (one) break;
  }
  const told = found.map((separator) => CALLED[separator]).join(" and ");
  throw broken(
    table,
    `${told} in the first rows, which cut them into cells in more than one way or in none`,
    ALIKE,
  );
}

/** Which separators stand outside of quotes in the first two rows, and where these end. */
function firstRows(
  text: string,
  mostRowCharacters: number,
): { readonly end: number; readonly found: Separator[] } {
  const seen = new Set<string>();
  const most = Math.min(text.length, 2 * mostRowCharacters);
  let isQuoted = false;
  let rowCount = 0;
  let end = 0;
  let isEmpty = true;
  for (; end < most && rowCount < 2; end++) {
    const character = text[end];
    if (character === '"') isQuoted = !isQuoted;
    if (isQuoted) continue;
    if (character === "\n" || (character === "\r" && text[end + 1] !== "\n")) {
      if (!isEmpty) rowCount++;
      isEmpty = true;
    } else {
      isEmpty = isEmpty && character === "\r";
      seen.add(character);
    }
  }
  return { end, found: SEPARATORS.filter((separator) => seen.has(separator)) };
}

/** How a separator cuts rows: all alike, with a first row that is one shorter, or otherwise. */
function shapeOf(separator: Separator, sample: string, table: TextTable): "whole" | "short" | undefined {
  let rows: string[][];
  try {
    rows = cellsBy(separator, sample, table, SAMPLE_ROWS);
  } catch {
    return undefined;
  }
  const [first = [], ...others] = rows;
  const width = others[0]?.length ?? first.length;
  if (width < 2 || others.some(({ length }) => length !== width)) return undefined;
  return first.length === width ? "whole" : first.length === width - 1 ? "short" : undefined;
}

function ragged(table: TextTable, rows: readonly (readonly string[])[], at: number): FormatError {
  const before = at === 1 ? "the first" : "those before it";
  const told = `text that is not a table: row ${at + 1} has ${numbered(rows[at].length, "cell")}, ${before} ${rows[at - 1].length}`;
  return broken(table, told, ALIKE);
}

function broken({ path, remedy }: TextTable, found: string, expected: string, cause?: unknown): FormatError {
  return new FormatError({ path, found, expected, remedy, cause });
}
