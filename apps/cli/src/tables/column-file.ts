import { FormatError } from "@flashdeconv/core";
import { numbered, shortList } from "@flashdeconv/core/internal";
import { placesOfTypes, type TypeColumns, typesAmong } from "@flashdeconv/results/internal";
import type { NamedProportions } from "@flashdeconv/simulate";

/** A file that holds columns under names, of which some are read. */
export interface ColumnFile {
  readonly columns: readonly { readonly name: string; readonly kind: "text" | "number" | "other" }[];
  /** By place among the columns. */
  read(places: readonly number[]): Promise<readonly ArrayLike<unknown>[]>;
}

/**
 * The proportions of a table: of ours by its columns, of another with one column of text, the spots' names, and numbers.
 *
 * @throws FormatError for any other
 */
export async function proportionsIn(
  path: string,
  file: ColumnFile,
  which: TypeColumns = "proportions",
): Promise<NamedProportions | undefined> {
  const { columns } = file;
  const columnNames = columns.map(({ name }) => name);
  const ours = typesAmong(columnNames);
  const ownPlaces = placesOfTypes(columnNames, which);
  if (ownPlaces === undefined && which !== "proportions") return undefined;
  const places = [...columns.keys()];
  const texts = places.filter((place) => columns[place].kind === "text");
  const wanted = ownPlaces ?? places.filter((place) => !texts.includes(place));
  const wrong = wanted.filter((place) => columns[place].kind !== "number");
  if (wanted.length === 0 || wrong.length > 0 || (ours === undefined && texts.length !== 1)) {
    throw new FormatError({
      path,
      found: `columns of text ${shortList(texts.map((place) => columns[place].name)) || "none"}, others ${shortList(wanted.map((place) => columns[place].name)) || "none"}`,
      expected: "one column of text, the names of the spots, and columns of numbers, one per type",
      remedy: "Write the table with these columns alone.",
    });
  }
  const [names, ...types] = await file.read([ours ? 0 : texts[0], ...wanted]);
  const values = new Float64Array(names.length * types.length);
  for (const [k, column] of types.entries()) {
    for (let row = 0; row < names.length; row++)
      values[row * types.length + k] = Number(column[row] ?? Number.NaN);
  }
  if (names.length === 0) {
    throw new FormatError({
      path,
      found: `${numbered(0, "row")}`,
      expected: "at least one",
      remedy: "Give a table that is not empty.",
    });
  }
  return {
    spotNames: Array.from(names, (name) => String(name ?? "")),
    typeNames: ours ?? wanted.map((place) => columns[place].name),
    values,
  };
}
