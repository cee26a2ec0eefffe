import { FormatError, OptionError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import type { AnswerTable } from "@flashdeconv/pipeline";
import { barcodeColumn, namesInFile } from "@flashdeconv/pipeline/internal";

/** Columns of one table of a result, side by side. */
export interface TablePart {
  readonly table: AnswerTable;
  readonly columnNames: readonly string[];
}

/** The columns of a file: a row per spot, its barcode first. */
export interface TableShape {
  readonly barcode: string;
  readonly parts: readonly TablePart[];
}

/** What every result says of a spot beside the proportions, in the order of the columns. */
export const LAST_COLUMNS = ["status", "counts", "dominant"] as const;

/**
 * How a result lies in one table: barcode, the types under their own names, what the solver adds, entropy, then status, counts and dominant type.
 * All but the types begin with the result's key, as the columns of obs do in AnnData.
 *
 * @throws OptionError for a type whose name would be taken for such a column, FormatError for two columns of one name
 */
export function tableShape(
  tables: readonly AnswerTable[],
  typeNames: readonly string[],
  key: string,
): TableShape {
  refuseClash(typeNames, key);
  const named = (name: string) => tables.find((table) => table.name === name) as AnswerTable;
  const known = ["proportions", "entropy", ...LAST_COLUMNS];
  // Results from before there was one lack it.
  const entropy = tables.filter(({ name }) => name === "entropy");
  const further = tables.filter(({ name }) => !known.includes(name));
  const inOrder = [
    named("proportions"),
    ...further.filter(({ isColumn }) => !isColumn),
    ...further.filter(({ isColumn }) => isColumn),
    ...entropy,
    ...LAST_COLUMNS.map(named),
  ];
  const barcode = barcodeColumn(typeNames, key);
  const parts = inOrder.map((table) => ({ table, columnNames: namesInFile(table, typeNames, key) }));
  refuseRepeated([barcode, ...parts.flatMap(({ columnNames }) => columnNames)]);
  return { barcode, parts };
}

/** Whoever reads a file with two columns of one name takes the wrong one, and hears nothing of it. */
function refuseRepeated(columnNames: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of columnNames) {
    if (seen.has(name)) {
      throw new FormatError({
        path: "the result",
        found: `two columns ${JSON.stringify(name)}`,
        expected: "columns whose names differ",
        remedy: "Give the type, or the level or group of the hierarchy, another name and run again.",
      });
    }
    seen.add(name);
  }
}

/** Throws as `tableShape`. */
export function refuseClash(typeNames: readonly string[], key: string): void {
  const clash = typeNames.find((name) => name.startsWith(`${key}_`));
  if (clash === undefined) return;
  throw new OptionError({
    option: "key",
    value: key,
    rule: `a name that no type begins with: ${JSON.stringify(clash)} would be taken for what is said of a spot beside its proportions`,
    remedy: `Give another ${optionName("key")}.`,
  });
}

/** Which numbers of each type are wanted: proportions, or what a table of this name says of them. */
export type TypeColumns = "proportions" | "low" | "high";

/** Where the columns of the types lie in a table of ours; undefined where it has none. */
export function placesOfTypes(
  columnNames: readonly string[],
  which: TypeColumns,
): readonly number[] | undefined {
  const types = typesAmong(columnNames);
  if (types === undefined || which === "proportions") return types?.map((_, k) => k + 1);
  const key = columnNames[columnNames.length - LAST_COLUMNS.length].slice(0, -"_status".length);
  const places = types.map((type) => columnNames.indexOf(`${key}_${which}_${type}`));
  return places.includes(-1) ? undefined : places;
}

/** The types among the columns of a table of ours; undefined where the names say that it is none. */
export function typesAmong(columnNames: readonly string[]): readonly string[] | undefined {
  const [barcode, ...rest] = columnNames;
  const key = /^(.+)_status$/s.exec(rest.at(-LAST_COLUMNS.length) ?? "")?.[1];
  if (key === undefined) return undefined;
  const isOurs = LAST_COLUMNS.every((name, i) => rest.at(i - LAST_COLUMNS.length) === `${key}_${name}`);
  const types = rest.filter((name) => !name.startsWith(`${key}_`));
  return isOurs && barcode === barcodeColumn(types, key) ? types : undefined;
}
