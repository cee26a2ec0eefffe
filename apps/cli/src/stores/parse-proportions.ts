import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { NamedProportions } from "@flashdeconv/simulate";
import { parse } from "csv-parse/sync";
import { textOfCell } from "../tables/csv/csv-cells.js";
import { typesAmong } from "../tables/table-shape.js";

/**
 * Reads a table of proportions: spot names in the first column, type names in the first row. Text is comma-separated, or by
 * tabs where the first line has those and no comma. An empty cell, NA or NaN is NaN, a spot without an answer.
 *
 * @throws FormatError where a row has another length or a cell is not a number
 */
export function parseProportions(path: string, text: string): NamedProportions {
  const [header = [], ...rows] = parseCells(path, text);
  const ours = typesAmong(header.map(textOfCell));
  const typeNames = ours ?? header.slice(1);
  if (typeNames.length === 0 || rows.length === 0) {
    throw broken(
      path,
      `${numbered(rows.length, "row")} and ${numbered(typeNames.length, "column")} of numbers`,
      "at least one of each",
    );
  }
  const values = new Float64Array(rows.length * typeNames.length);
  let at = 0;
  for (const [spot, ...cells] of rows) {
    // What a result of ours says beside the proportions follows them.
    for (const [k, cell] of cells.slice(0, typeNames.length).entries()) {
      const value = /^(nan|na|)$/i.test(cell) ? Number.NaN : Number(cell);
      if (Number.isNaN(value) && !/^(nan|na|)$/i.test(cell)) {
        throw broken(path, `"${cell}" for the spot "${spot}" and the type "${typeNames[k]}"`, "a number");
      }
      values[at++] = value;
    }
  }
  return { spotNames: rows.map(([name]) => (ours ? textOfCell(name) : name)), typeNames, values };
}

/** A row of thousands of types; a quote that is never closed would take the whole text. */
const MOST_ROW_CHARACTERS = 2 ** 20;

/** The cells of a table of text: comma-separated, or by tabs where the first line has those and no comma. */
export function parseCells(path: string, text: string): string[][] {
  const firstLine = /^.*/.exec(text)?.[0] ?? "";
  const delimiter = firstLine.includes("\t") && !firstLine.includes(",") ? "\t" : ",";
  if (isSemicolonText(firstLine)) {
    throw broken(path, "text separated by semicolons", "commas or tabs, and points in decimal numbers");
  }
  try {
    return parse(text, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
      max_record_size: MOST_ROW_CHARACTERS,
    });
  } catch (cause) {
    throw broken(
      path,
      `text that is not a table (${(cause as Error).message})`,
      "rows of equal length",
      cause,
    );
  }
}

function broken(path: string, found: string, expected: string, cause?: unknown): FormatError {
  const remedy =
    "Give CSV with type names in the first row, spot names in the first column and numbers elsewhere.";
  return new FormatError({ path, found, expected, remedy, cause });
}

/** What R and spreadsheets write where commas are decimal: the first line has semicolons alone. */
function isSemicolonText(firstLine: string): boolean {
  return firstLine.includes(";") && !/[,\t]/.test(firstLine);
}
