import { join } from "@flashdeconv/io-zarr/arrays/internal";
import { rgbOf, typeColors } from "@flashdeconv/maps";
import type { ReadableStore } from "@flashdeconv/stores";
import type { Columns } from "./fields.js";
import { readLayout } from "./layout.js";
import { readPyramid } from "./pyramid.js";
import { Result } from "./result.js";
import { findKeys, hasNode, openRoot, type Root } from "./root.js";
import { Values } from "./values.js";

export interface ResultOptions {
  /** The result's key; by default the only one, or of several the one called "flashdeconv", or the first. */
  readonly key?: string;
  /** The table of a SpatialData container; by default the only one. */
  readonly table?: string;
  readonly signal?: AbortSignal;
}

/**
 * Opens a result where it lies: an AnnData store, or a table of a SpatialData container. Few requests where the store has consolidated
 * metadata; values are read when they are shown.
 *
 * @throws FormatError where there is no result, or none of this key; OptionError where a table has to be named; StoreError where
 *   reading fails
 */
export async function openResult(
  store: ReadableStore,
  { key: wanted, table, signal }: ResultOptions = {},
): Promise<Result> {
  const root = await openRoot(store, table, signal);
  const keys = await findKeys(root.hierarchy, wanted);
  const layout = await readLayout(root.hierarchy, wanted ?? keys[0]);
  const values = new Values(root.hierarchy);
  const [colors, pyramid] = await Promise.all([
    readColors(root, { layout, values }, signal),
    readPyramid(root.hierarchy, layout, signal),
  ]);
  return new Result({ root, layout, values, keys, colors, pyramid });
}

/** Scanpy's colours belong to categories, which may be in another order than the types. */
async function readColors(
  { hierarchy }: Root,
  { layout: { key, typeNames }, values }: Columns,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const own = typeColors(typeNames);
  const name = `${key}_dominant_colors`;
  if (!(await hasNode(hierarchy, "uns", name))) return own;
  const [colors, categories] = await Promise.all([
    values.texts(join("uns", name), signal),
    values.categories(join("obs", `${key}_dominant`), signal),
  ]);
  return typeNames.map((type, k) => {
    const color = colors?.[categories.indexOf(type)];
    return color !== undefined && rgbOf(color) ? color.slice(0, 7).toLowerCase() : own[k];
  });
}
