import { CoordinateError, type Coordinates, OptionError, ShapeError } from "@flashdeconv/core";
import { readColumnOf } from "./column-values.js";
import { encodingOf } from "./encoding-of.js";
import { type Hierarchy, join } from "./hierarchy.js";
import { openDataframe } from "./open-dataframe.js";
import { readDenseMatrix } from "./read-row-band.js";
import { openArray } from "./zarr-array.js";

/** Where coordinates lie: a matrix in `obsm`, or columns (of `obs`, or of a dataframe in `obsm`) named here. */
export type CoordinateOrigin =
  | { readonly kind: "matrix"; readonly path: string; readonly dimension: number }
  | { readonly kind: "columns"; readonly path: string; readonly columnNames: readonly string[] };

const OBSM_KEYS = ["spatial", "X_spatial"];

/** Columns of `obs` that name a position, the horizontal axis first; those after the second are optional. */
const OBS_COLUMNS = [
  ["x", "y", "z"],
  ["X", "Y", "Z"],
  ["x_centroid", "y_centroid", "z_centroid"],
  ["pxl_col_in_fullres", "pxl_row_in_fullres"],
  ["array_col", "array_row"],
];

/**
 * Finds where a store keeps coordinates: `obsm/<key>` if a key is given (OptionError where it is not there), else
 * `obsm/spatial`, `obsm/X_spatial`, then columns of obs: x and y, centroids, full-resolution pixels, array rows and columns.
 */
export async function findCoordinates(
  hierarchy: Hierarchy,
  spatialKey: string | undefined,
): Promise<CoordinateOrigin | undefined> {
  for (const key of spatialKey === undefined ? OBSM_KEYS : [spatialKey]) {
    const path = join("obsm", key);
    const node = await hierarchy.node(path);
    if (!node) continue;
    if (node.kind === "group") {
      return { kind: "columns", path, columnNames: (await openDataframe(hierarchy, path)).columnNames };
    }
    encodingOf(node, ["array"]);
    const dimension = node.metadata.shape.length === 2 ? node.metadata.shape[1] : 0;
    return { kind: "matrix", path, dimension };
  }
  if (spatialKey !== undefined) {
    throw new OptionError({
      option: "spatial-key",
      value: spatialKey,
      rule: `a key of obsm: ${(await hierarchy.children("obsm"))?.join(", ") || "none found"}`,
      remedy: "Name one of these, or leave the option out to have coordinates searched for.",
    });
  }
  const { columnNames } = await openDataframe(hierarchy, "obs");
  for (const [x, y, z] of OBS_COLUMNS) {
    if (!columnNames.includes(x) || !columnNames.includes(y)) continue;
    const names = z !== undefined && columnNames.includes(z) ? [x, y, z] : [x, y];
    return { kind: "columns", path: "obs", columnNames: names };
  }
  return undefined;
}

/** Reads and checks all coordinates. `spotName` names a spot for messages. */
export async function readCoordinatesFrom(
  hierarchy: Hierarchy,
  spatialKey: string | undefined,
  spotCount: number,
  spotName: (index: number) => Promise<string>,
  signal?: AbortSignal,
): Promise<Coordinates> {
  const origin = await findCoordinates(hierarchy, spatialKey);
  if (!origin) throw await noCoordinates(hierarchy);
  const dimension = origin.kind === "matrix" ? origin.dimension : origin.columnNames.length;
  if (dimension !== 2 && dimension !== 3) throw wrongDimension(origin.path, dimension);
  const values =
    origin.kind === "matrix"
      ? await readMatrix(hierarchy, origin.path, spotCount, signal)
      : await readColumns(hierarchy, origin.path, origin.columnNames, spotCount, signal);
  await requireFinite(origin.path, values, dimension, spotName);
  return { dimension, values };
}

async function readMatrix(hierarchy: Hierarchy, path: string, spotCount: number, signal?: AbortSignal) {
  const node = await hierarchy.node(path);
  if (node?.kind !== "array") throw wrongLength(path, 0, spotCount);
  if (node.metadata.shape[0] !== spotCount) throw wrongLength(path, node.metadata.shape[0], spotCount);
  return readDenseMatrix(openArray(hierarchy, node), "refuse", signal);
}

async function readColumns(
  hierarchy: Hierarchy,
  path: string,
  names: readonly string[],
  spotCount: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const values = new Float64Array(spotCount * names.length);
  for (const [axis, name] of names.entries()) {
    const column = await readColumnOf(hierarchy, path, name, signal);
    if (column.kind !== "number") {
      throw new CoordinateError({
        subject: join(path, name),
        found: `a column of kind ${column.kind}`,
        expected: "numbers",
        remedy: "Store the coordinates as numbers, or name another key of obsm.",
      });
    }
    if (column.values.length !== spotCount)
      throw wrongLength(join(path, name), column.values.length, spotCount);
    for (let i = 0; i < spotCount; i++) values[i * names.length + axis] = column.values[i];
  }
  return values;
}

async function requireFinite(
  path: string,
  values: Float64Array,
  dimension: number,
  spotName: (index: number) => Promise<string>,
): Promise<void> {
  let first = -1;
  let count = 0;
  for (let i = 0; i < values.length; i += dimension) {
    let finite = true;
    for (let axis = 0; axis < dimension; axis++) finite &&= Number.isFinite(values[i + axis]);
    if (finite) continue;
    if (count === 0) first = i / dimension;
    count++;
  }
  if (count === 0) return;
  const spot = await spotName(first);
  throw new CoordinateError({
    subject: path,
    spot,
    found: `NaN or infinite coordinates at ${count} spot(s), the first ${spot} (row ${first})`,
    expected: "a finite position for every spot",
    remedy: "Remove these spots or give them positions, or name another key of obsm.",
  });
}

async function noCoordinates(hierarchy: Hierarchy): Promise<CoordinateError> {
  const keys = (await hierarchy.children("obsm"))?.join(", ") || "none";
  const { columnNames } = await openDataframe(hierarchy, "obs");
  return new CoordinateError({
    subject: "coordinates",
    found: `none (keys of obsm: ${keys}; columns of obs: ${columnNames.join(", ") || "none"})`,
    expected: "obsm/spatial, obsm/X_spatial, or columns x and y (or array_col and array_row) in obs",
    remedy: "Name the key of obsm that holds them, or add them to the store.",
  });
}

function wrongDimension(path: string, dimension: number): CoordinateError {
  return new CoordinateError({
    subject: path,
    found: `${dimension} columns`,
    expected: "2 or 3 (x, y and perhaps z)",
    remedy: "Name another key of obsm for the coordinates.",
  });
}

function wrongLength(path: string, found: number, spotCount: number): ShapeError {
  return new ShapeError({
    subject: path,
    found: `${found} rows for ${spotCount} spots`,
    expected: "one row per spot",
    remedy: "The store is damaged or was edited by hand: write it again with anndata.",
  });
}
