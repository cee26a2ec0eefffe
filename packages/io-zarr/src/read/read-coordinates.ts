import { CoordinateError, type Coordinates, OptionError, ShapeError } from "@flashdeconv/core";
import { readColumnOf } from "./column-values.js";
import { encodingOf } from "./encoding-of.js";
import { type Hierarchy, join } from "./hierarchy.js";
import type { AnnDataRoot } from "./open-anndata.js";
import { openDataframe } from "./open-dataframe.js";
import { readDenseMatrix } from "./read-row-band.js";
import { type Annotation, readAnnotation } from "./spatialdata/annotation.js";
import type { Container } from "./spatialdata/open-table.js";
import { type Regions, readRegions } from "./spatialdata/read-regions.js";
import { describeOtherRegions, readShapeCoordinates } from "./spatialdata/shape-coordinates.js";
import { openArray } from "./zarr-array.js";

/**
 * Where coordinates lie: a matrix in `obsm`, columns (of `obs`, or of a dataframe in `obsm`) named here, or the shapes that a table
 * of a SpatialData container is about.
 */
export type CoordinateOrigin =
  | { readonly kind: "matrix"; readonly path: string; readonly dimension: number }
  | { readonly kind: "columns"; readonly path: string; readonly columnNames: readonly string[] }
  | {
      readonly kind: "shapes";
      /** For display: `shapes/a, shapes/b`. */
      readonly path: string;
      readonly container: Container;
      readonly annotation: Annotation;
    };

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
 * `obsm/spatial`, `obsm/X_spatial`, the shapes that a table is about, then columns of obs: x and y, centroids, full-resolution
 * pixels, array rows and columns.
 */
export async function findCoordinates(
  { hierarchy, container }: AnnDataRoot,
  spatialKey: string | undefined,
  signal?: AbortSignal,
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
  const annotation = container && (await readAnnotation(hierarchy));
  if (container && annotation) {
    const names = await regionNames(hierarchy, annotation, signal);
    if (names.length > 0 && (await describeOtherRegions(container, names)) === undefined) {
      const path = names.map((name) => join("shapes", name)).join(", ");
      return { kind: "shapes", path, container, annotation };
    }
  }
  const { columnNames } = await openDataframe(hierarchy, "obs");
  for (const [x, y, z] of OBS_COLUMNS) {
    if (!columnNames.includes(x) || !columnNames.includes(y)) continue;
    const names = z !== undefined && columnNames.includes(z) ? [x, y, z] : [x, y];
    return { kind: "columns", path: "obs", columnNames: names };
  }
  return undefined;
}

/** The elements a table says it is about; where it says nothing, those that its rows name. */
export async function regionNames(
  hierarchy: Hierarchy,
  annotation: Annotation,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  if (annotation.regions.length > 0) return annotation.regions;
  return (await readRegions(hierarchy, annotation, signal)).names;
}

export interface CoordinateReading {
  readonly spotCount: number;
  /** Names a spot for messages. */
  readonly spotName: (index: number) => Promise<string>;
  readonly signal?: AbortSignal;
}

/**
 * Reads and checks all coordinates. Where the rows of a table are about several elements of a container, each element is a
 * component, wherever the coordinates come from.
 */
export async function readCoordinatesFrom(
  root: AnnDataRoot,
  spatialKey: string | undefined,
  { spotCount, spotName, signal }: CoordinateReading,
): Promise<Coordinates> {
  const { hierarchy, container } = root;
  const origin = await findCoordinates(root, spatialKey, signal);
  if (!origin) throw await noCoordinates(root, signal);
  const annotation = container && (await readAnnotation(hierarchy));
  const regions = annotation && (await readRegions(hierarchy, annotation, signal));
  if (regions && regions.codes.length !== spotCount) {
    throw wrongLength(join("obs", annotation.regionKey), regions.codes.length, spotCount);
  }
  const { dimension, values } = await readFrom(origin, root, regions, { spotCount, spotName, signal });
  await requireFinite(origin.path, values, dimension, spotName);
  const components = regions && regions.names.length > 1 ? regions.codes : undefined;
  return { dimension, values, ...(components && { components }) };
}

async function readFrom(
  origin: CoordinateOrigin,
  { hierarchy }: AnnDataRoot,
  regions: Regions | undefined,
  { spotCount, spotName, signal }: CoordinateReading,
): Promise<Coordinates> {
  if (origin.kind === "shapes") {
    const { container, annotation } = origin;
    const all = regions ?? (await readRegions(hierarchy, annotation, signal));
    return readShapeCoordinates(hierarchy, container, annotation, all, spotName, signal);
  }
  const dimension = origin.kind === "matrix" ? origin.dimension : origin.columnNames.length;
  if (dimension !== 2 && dimension !== 3) throw wrongDimension(origin.path, dimension);
  const values =
    origin.kind === "matrix"
      ? await readMatrix(hierarchy, origin.path, spotCount, signal)
      : await readColumns(hierarchy, origin.path, origin.columnNames, spotCount, signal);
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

async function noCoordinates(
  { hierarchy, container }: AnnDataRoot,
  signal?: AbortSignal,
): Promise<CoordinateError> {
  const keys = (await hierarchy.children("obsm"))?.join(", ") || "none";
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const annotation = container && (await readAnnotation(hierarchy));
  const others =
    container && annotation
      ? await describeOtherRegions(container, await regionNames(hierarchy, annotation, signal))
      : undefined;
  const elements = container ? `; elements: ${others ?? "the table is about none"}` : "";
  return new CoordinateError({
    subject: "coordinates",
    found: `none (keys of obsm: ${keys}; columns of obs: ${columnNames.join(", ") || "none"}${elements})`,
    expected: `obsm/spatial, obsm/X_spatial, ${container ? "shapes that the table is about, " : ""}or columns x and y (or array_col and array_row) in obs`,
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
