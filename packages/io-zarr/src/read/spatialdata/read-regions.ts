import { FormatError } from "@flashdeconv/core";
import { readColumnOf } from "../column-values.js";
import { encodeLabels } from "../encode-labels.js";
import { type Hierarchy, join } from "../hierarchy.js";
import type { Annotation } from "./annotation.js";

/** The element each row of a table is about. */
export interface Regions {
  /** Position in `names`, one per row. */
  readonly codes: Int32Array;
  /** Only those that a row is about, in the order of the column's categories, else of their first row. */
  readonly names: readonly string[];
}

/** Reads `obs/<region_key>`. Throws FormatError naming the first row without a region. */
export async function readRegions(
  table: Hierarchy,
  { regionKey }: Annotation,
  signal?: AbortSignal,
): Promise<Regions> {
  const column = await readColumnOf(table, "obs", regionKey, signal);
  const regions = encodeLabels(column);
  const missing = regions.codes.indexOf(-1);
  if (missing >= 0) {
    throw new FormatError({
      path: join("obs", regionKey),
      found: `no region in row ${missing}`,
      expected: "the name of an element in every row",
      remedy: "Fill the column, or leave these rows out.",
    });
  }
  return regions;
}
