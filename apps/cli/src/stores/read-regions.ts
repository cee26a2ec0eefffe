import { OptionError } from "@flashdeconv/core";
import { type AnnDataContents, type Column, inspectStore, readColumn } from "@flashdeconv/io-zarr";
import type { ReadableStore } from "@flashdeconv/stores";
import type { ObsColumn } from "../options/cells-flag.js";

/** Which region each spot lies in. */
export interface NamedRegions {
  /** -1 for none. */
  readonly codes: Int32Array;
  readonly names: readonly string[];
}

/** More values than this are names of spots, not of regions. */
const MOST_REGIONS = 10_000;

/**
 * The values of a column of obs as regions: of the section or, where that has none of the name, of the result.
 *
 * @throws OptionError for a column that neither has, or that holds numbers
 */
export async function readRegions(
  { column: name }: ObsColumn,
  [section, result]: readonly [ReadableStore, AnnDataContents],
  signal: AbortSignal,
): Promise<NamedRegions> {
  const refuse = (rule: string, remedy: string) =>
    new OptionError({ option: "--by", value: `obs:${name}`, rule, remedy });
  const { obsColumns } = await inspectStore(section, { signal });
  const own = obsColumns.some((column) => column.name === name);
  const ofResult = result.obs?.find((column) => column.name === name);
  if (!own && ofResult === undefined) {
    const known = [...obsColumns, ...(result.obs ?? [])].map((column) => column.name);
    throw refuse(
      "a column of the section or of the result",
      `These have ${known.slice(0, 8).join(", ") || "none"}.`,
    );
  }
  const regions = regionsIn(
    own ? await readColumn(section, `obs/${name}`, { signal }) : (ofResult as Column),
  );
  if (regions === undefined)
    throw refuse("a column of categories, names or whole numbers; this one holds fractions", "Name another.");
  if (regions.names.length > MOST_REGIONS) {
    throw refuse(
      `a column of at most ${MOST_REGIONS} values; this one has ${regions.names.length}`,
      "Name another.",
    );
  }
  return regions;
}

/** Of categories only those that spots have; whole numbers, as of clusters, are names. */
function regionsIn(column: Column | Awaited<ReturnType<typeof readColumn>>): NamedRegions | undefined {
  if (column.kind === "number") {
    const numbers = Array.from(column.values as ArrayLike<number>);
    if (!numbers.every((value) => Number.isNaN(value) || Number.isSafeInteger(value))) return undefined;
    const order = [...new Set(numbers)].filter((value) => !Number.isNaN(value)).sort((a, b) => a - b);
    return named(
      numbers.map((value) => (Number.isNaN(value) ? undefined : String(value))),
      order.map(String),
    );
  }
  if (column.kind === "categorical") {
    const used = new Set(column.codes as Iterable<number>);
    const { categories } = column;
    const texts = Array.from(column.codes as ArrayLike<number>, (code) =>
      code < 0 ? undefined : categories[code],
    );
    return named(
      texts,
      categories.filter((_, code) => used.has(code)),
    );
  }
  const texts =
    column.kind === "string"
      ? column.values
      : Array.from(column.values, (value) => (value < 0 ? undefined : value === 1 ? "True" : "False"));
  const found = new Set(texts.filter((text) => text !== undefined && text !== ""));
  return named(texts, [...found] as string[]);
}

function named(texts: readonly (string | undefined)[], names: readonly string[]): NamedRegions {
  const places = new Map(names.map((name, place) => [name, place]));
  return {
    codes: Int32Array.from(texts, (text) => (text === undefined ? -1 : (places.get(text) ?? -1))),
    names,
  };
}
