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
    throw refuse("a column of categories or names; this one holds numbers", "Name another.");
  if (regions.names.length > MOST_REGIONS) {
    throw refuse(
      `a column of at most ${MOST_REGIONS} values; this one has ${regions.names.length}`,
      "Name another.",
    );
  }
  return regions;
}

function regionsIn(column: Column | Awaited<ReturnType<typeof readColumn>>): NamedRegions | undefined {
  if (column.kind === "number") return undefined;
  if (column.kind === "categorical") {
    return { codes: Int32Array.from(column.codes), names: column.categories };
  }
  const texts =
    column.kind === "string"
      ? column.values
      : Array.from(column.values, (value) => (value < 0 ? undefined : value === 1 ? "True" : "False"));
  const places = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === undefined || text === "") return -1;
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return { codes, names: [...places.keys()] };
}
