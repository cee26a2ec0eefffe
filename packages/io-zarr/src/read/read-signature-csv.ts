import { CountError, FormatError, OptionError, type ReferenceSignature } from "@flashdeconv/core";
import { compareCodePoints, numbered } from "@flashdeconv/core/internal";
import { readTextCells } from "./text-cells.js";

export interface SignatureCsvOptions {
  /**
   * `types-by-genes`: a row per cell type, a column per gene. `genes-by-types`: the other way round. `auto`, the default:
   * whatever there are fewer of are the types; rows where there are as many.
   */
  readonly orientation?: "types-by-genes" | "genes-by-types" | "auto";
  /** What errors call the table, as the path it was read from; `signature table` by default. */
  readonly path?: string;
}

const REMEDY =
  "Give CSV with names in the first row and the first column and numbers elsewhere, with points in decimals.";
/** The first cell of a table that flashdeconv wrote; other columns of its own begin so, too. */
export const SIGNATURE_STAMP = "flashdeconv_cell_type";
/** Its column of how many cells a mean is of. */
export const CELLS_COLUMN = "flashdeconv_cells";
const OWN_COLUMN = /^flashdeconv_/;
/** What flashdeconv put an apostrophe before, so that no spreadsheet runs it. */
const MARKED = /^'(?=[=+\-@\t\r\n'])/;

/** A row of 100,000 genes takes a few million characters; a quote that is never closed takes the whole text. */
const MOST_ROW_CHARACTERS = 2 ** 24;
/** Cells become strings of their own: a table of 100,000 genes and 300 types. */
const MOST_CELLS = 2 ** 25;

/**
 * Reads a table of mean counts per cell type from CSV text (cells separated by commas, tabs or semicolons): names in the first row and in the
 * first column, numbers elsewhere; the first cell of the first row is not looked at. Types come out in code-point order.
 *
 * Throws FormatError for what is no such table or repeats a type, CountError for a negative number.
 */
export function readSignatureCsv(text: string, options: SignatureCsvOptions = {}): ReferenceSignature {
  const { orientation = "auto", path = "signature table" } = options;
  if (!["types-by-genes", "genes-by-types", "auto"].includes(orientation)) {
    throw new OptionError({
      option: "orientation",
      value: orientation,
      rule: "types-by-genes, genes-by-types or auto",
    });
  }
  const cells = parseCells(text, path);
  const [header = [], ...rows] = ownCells(cells);
  const columnNames = header.slice(1);
  if (columnNames.length === 0 || rows.length === 0) {
    throw broken(
      path,
      `${numbered(rows.length, "row")} and ${numbered(columnNames.length, "column")} of numbers`,
      "at least one of each",
    );
  }
  const byRows =
    orientation === "auto"
      ? header[0] === SIGNATURE_STAMP || rows.length <= columnNames.length
      : orientation === "types-by-genes";
  const rowNames = rows.map(([name]) => name);
  const [types, genes] = byRows ? [rowNames, columnNames] : [columnNames, rowNames];
  const order = types.map((_, i) => i).sort((a, b) => compareCodePoints(types[a], types[b]));
  const typeNames = order.map((i) => types[i]);
  requireTypes(typeNames, path);

  const values = new Float64Array(types.length * genes.length);
  for (const [k, type] of order.entries()) {
    for (let gene = 0; gene < genes.length; gene++) {
      const cell = byRows ? rows[type][gene + 1] : rows[gene][type + 1];
      values[k * genes.length + gene] = parseCount(cell, { path, spot: types[type], gene: genes[gene] });
    }
  }
  const counts = cellCountsIn(cells, path);
  const cellCounts = counts && Int32Array.from(order, (type) => counts[type]);
  return { typeNames, geneNames: genes, values, ...(cellCounts && { cellCounts }) };
}

/** How many cells the rows of a table that flashdeconv wrote are the means of. */
function cellCountsIn([header = [], ...rows]: string[][], path: string): number[] | undefined {
  const column = header.indexOf(CELLS_COLUMN);
  if (header[0] !== SIGNATURE_STAMP || column < 0) return undefined;
  return rows.map((row) => {
    const count = Number(row[column]);
    if (row[column] !== "" && Number.isInteger(count) && count > 0 && count < 2 ** 31) return count;
    throw broken(path, `${JSON.stringify(row[column])} for the cells of the type ${row[0]}`, "their number");
  });
}

/** The means of a table that flashdeconv wrote, names as they were; other tables as they are. */
function ownCells(rows: string[][]): string[][] {
  const [header = []] = rows;
  if (header[0] !== SIGNATURE_STAMP) return rows;
  const isKept = header.map((name, i) => i === 0 || !OWN_COLUMN.test(name));
  return rows.map((row, r) =>
    row.filter((_, i) => isKept[i]).map((cell, i) => (r === 0 || i === 0 ? cell.replace(MARKED, "") : cell)),
  );
}

function parseCells(text: string, path: string): string[][] {
  const cellCount = countCells(text);
  if (cellCount > MOST_CELLS) throw broken(path, `${numbered(cellCount, "cell")}`, `at most ${MOST_CELLS}`);
  return readTextCells(text, { path, remedy: REMEDY, mostRowCharacters: MOST_ROW_CHARACTERS });
}

/** How many cells a text has at most, counted before any is made. */
function countCells(text: string): number {
  let count = 1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 44 || code === 59 || code === 9 || code === 10 || code === 13) count++;
  }
  return count;
}

function requireTypes(typeNames: readonly string[], path: string): void {
  for (const [i, name] of typeNames.entries()) {
    if (name === "") throw broken(path, "a cell type without a name", "a name for each type");
    if (name === typeNames[i - 1])
      throw broken(path, `the cell type ${JSON.stringify(name)} twice`, "each type once");
  }
}

function parseCount(
  cell: string,
  { path, spot, gene }: { readonly path: string; readonly spot: string; readonly gene: string },
): number {
  const value = cell === "" ? Number.NaN : Number(cell);
  if (!Number.isFinite(value)) {
    throw broken(path, `${JSON.stringify(cell)} for the type ${spot} and the gene ${gene}`, "a number");
  }
  if (value < 0) {
    throw new CountError({
      subject: path,
      spot,
      gene,
      value,
      found: `${value} for the type ${spot} and the gene ${gene}`,
      expected: "mean counts, which are never negative",
      remedy: "Give means of raw counts, not of scaled or centred values.",
    });
  }
  return value;
}

function broken(path: string, found: string, expected: string): FormatError {
  return new FormatError({ path, found, expected, remedy: REMEDY });
}
