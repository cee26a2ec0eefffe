import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { readTextCells } from "@flashdeconv/io-zarr/internal";
import { placesOfTypes, type TypeColumns, textOfCell, typesAmong } from "@flashdeconv/results/internal";
import type { NamedProportions } from "@flashdeconv/simulate";

/**
 * Reads a table of proportions: spot names in the first column, type names in the first row. Commas, tabs or
 * semicolons separate cells. An empty cell, NA or NaN is NaN, a spot without an answer.
 *
 * @throws FormatError where a row has another length or a cell is not a number
 */
export function parseProportions(path: string, text: string, which?: "proportions"): NamedProportions;
export function parseProportions(
  path: string,
  text: string,
  which: TypeColumns,
): NamedProportions | undefined;
export function parseProportions(
  path: string,
  text: string,
  which: TypeColumns = "proportions",
): NamedProportions | undefined {
  const [header = [], ...rows] = readTextCells(text, {
    path,
    remedy: REMEDY,
    mostRowCharacters: MOST_ROW_CHARACTERS,
  });
  const columnNames = header.map(textOfCell);
  const ours = typesAmong(columnNames);
  const places = placesOfTypes(columnNames, which);
  if (places === undefined && which !== "proportions") return undefined;
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
  for (const row of rows) {
    const [spot] = row;
    // What a result of ours says beside the proportions follows them.
    const cells = places ? places.map((place) => row[place]) : row.slice(1, typeNames.length + 1);
    for (const [k, cell] of cells.entries()) {
      const value = /^(nan|na|)$/i.test(cell) ? Number.NaN : Number(cell);
      if (Number.isNaN(value) && !/^(nan|na|)$/i.test(cell)) {
        throw broken(path, `"${cell}" for the spot "${spot}" and the type "${typeNames[k]}"`, "a number");
      }
      values[at++] = value;
    }
  }
  return { spotNames: rows.map(([name]) => (ours ? textOfCell(name) : name)), typeNames, values };
}

/** A row of thousands of types. */
const MOST_ROW_CHARACTERS = 2 ** 20;
const REMEDY =
  "Give CSV with type names in the first row, spot names in the first column and numbers elsewhere, with points in decimals.";

function broken(path: string, found: string, expected: string): FormatError {
  return new FormatError({ path, found, expected, remedy: REMEDY });
}
