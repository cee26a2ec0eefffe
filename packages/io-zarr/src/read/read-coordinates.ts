import { CoordinateError, type Coordinates, type Notice, ShapeError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { type ColumnValues, readColumnOf } from "./column-values.js";
import {
  type CoordinateOrigin,
  type CoordinateRequest,
  findCoordinates,
  noCoordinates,
} from "./find-coordinates.js";
import { type Hierarchy, join } from "./hierarchy.js";
import type { AnnDataRoot } from "./open-anndata.js";
import { readDenseMatrix } from "./read-row-band.js";
import { describeSections, intersectComponents, readSections, type Sections } from "./read-sections.js";
import { readAnnotation } from "./spatialdata/annotation.js";
import { type Regions, readRegions } from "./spatialdata/read-regions.js";
import { readShapeCoordinates } from "./spatialdata/shape-coordinates.js";
import { openArray } from "./zarr-array.js";

export interface CoordinateReading {
  readonly spotCount: number;
  /** Names a spot for messages. */
  readonly spotName: (index: number) => Promise<string>;
  readonly signal?: AbortSignal;
  /** Told how sections were told apart. */
  readonly onNotice?: (notice: Notice) => void;
  /** Whether sections are components too; true by default. */
  readonly withSections?: boolean;
}

/**
 * Reads and checks all coordinates. Where the rows of a table are about several elements of a container, each element is a
 * component, wherever the coordinates come from; where sections are told apart, each section (of each element) is one.
 */
export async function readCoordinatesFrom(
  root: AnnDataRoot,
  request: CoordinateRequest,
  reading: CoordinateReading,
): Promise<Coordinates> {
  const { spotCount, spotName, signal, withSections = true } = reading;
  const origin = await findCoordinates(root, request, signal);
  if (!origin) throw await noCoordinates(root, signal);
  const regions = await regionsOf(root, reading);
  const { dimension, values } = await readFrom(origin, root, regions, { spotCount, spotName, signal });
  await requireFinite(pathOf(origin), values, dimension, spotName);
  const byRegion = regions && regions.names.length > 1 ? regions.codes : undefined;
  const bySection = withSections
    ? (await severalSections(root, request, regions, reading))?.codes
    : undefined;
  const components =
    byRegion && bySection ? intersectComponents(byRegion, bySection) : (byRegion ?? bySection);
  return { dimension, values, ...(components && { components }) };
}

/** The sections of a store, where it is known to have several; without a key also those that its images tell of. */
export async function readSectionsFrom(
  root: AnnDataRoot,
  request: CoordinateRequest,
  reading: CoordinateReading,
): Promise<Sections | undefined> {
  const regions = request.sectionKey === undefined ? await regionsOf(root, reading) : undefined;
  return severalSections(root, request, regions, reading);
}

async function severalSections(
  { hierarchy }: AnnDataRoot,
  { sectionKey }: CoordinateRequest,
  regions: Regions | undefined,
  { spotCount, signal, onNotice }: CoordinateReading,
): Promise<Sections | undefined> {
  // Elements that are told apart already need no guess.
  if (sectionKey === undefined && regions && regions.names.length > 1) return undefined;
  const read = await readSections(hierarchy, sectionKey, spotCount, signal);
  if (read) for (const notice of describeSections(read, sectionKey !== undefined)) onNotice?.(notice);
  if (read === undefined || "disagreeing" in read) return undefined;
  return read.names.length + Math.min(1, read.withoutCount) > 1 ? read : undefined;
}

/** The elements that the rows of a container's table are about. */
async function regionsOf(
  { hierarchy, container }: AnnDataRoot,
  { spotCount, signal }: CoordinateReading,
): Promise<Regions | undefined> {
  const annotation = container && (await readAnnotation(hierarchy));
  if (!annotation) return undefined;
  const regions = await readRegions(hierarchy, annotation, signal);
  if (regions.codes.length === spotCount) return regions;
  throw wrongLength(join("obs", annotation.regionKey), regions.codes.length, spotCount);
}

/** For display: `obsm/spatial`; `obs/x, obs/y`. */
export function pathOf(origin: CoordinateOrigin): string {
  if (origin.kind !== "columns" || origin.path !== "obs") return origin.path;
  return origin.columnNames.map((name) => join("obs", name)).join(", ");
}

async function readFrom(
  origin: CoordinateOrigin,
  { hierarchy }: AnnDataRoot,
  regions: Regions | undefined,
  { spotCount, spotName, signal }: CoordinateReading,
): Promise<Coordinates> {
  if (origin.kind === "shapes") {
    const all = regions ?? (await readRegions(hierarchy, origin.annotation, signal));
    return readShapeCoordinates(hierarchy, origin, all, { spotName, signal });
  }
  const dimension = origin.kind === "matrix" ? origin.dimension : origin.columnNames.length;
  if (dimension !== 2 && dimension !== 3) throw wrongDimension(origin.path, dimension);
  const values =
    origin.kind === "matrix"
      ? await readMatrix(hierarchy, origin.path, spotCount, signal)
      : await readColumns(hierarchy, origin, spotCount, signal);
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
  { path, columnNames: names }: CoordinateOrigin & { kind: "columns" },
  spotCount: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const values = new Float64Array(spotCount * names.length);
  for (const [axis, name] of names.entries()) {
    const column = await readColumnOf(hierarchy, path, name, signal);
    if (column.kind !== "number") throw notNumbers(path, name, column);
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
    found: `NaN or infinite coordinates at ${numbered(count, "spot")}, the first ${spot} (row ${first})`,
    expected: "a finite position for every spot",
    remedy: `Remove these spots or give them positions, or name other coordinates (${optionName("spatialKey")}, ${optionName("spatialColumns")}).`,
  });
}

function notNumbers(path: string, name: string, column: Exclude<ColumnValues, { kind: "number" }>) {
  const frame = path === "obs" ? "adata.obs" : `adata.obsm["${path.replace("obsm/", "")}"]`;
  const texts: readonly (string | undefined)[] =
    column.kind === "categorical" ? column.categories : column.kind === "string" ? column.values : [];
  const first = texts.find((text) => text);
  const isText = column.kind !== "boolean";
  return new CoordinateError({
    subject: join(path, name),
    found: `a column of kind ${column.kind}${first === undefined ? "" : `, such as ${JSON.stringify(first)}`}`,
    expected: "numbers",
    remedy: isText
      ? `Make it numbers in Python (${frame}["${name}"] = ${frame}["${name}"].astype(float)) and write the store again, or name other columns (${optionName("spatialColumns", "X,Y")}) or a key of obsm (${optionName("spatialKey")}).`
      : `Name other columns (${optionName("spatialColumns", "X,Y")}), or a key of obsm (${optionName("spatialKey")}).`,
  });
}

function wrongDimension(path: string, dimension: number): CoordinateError {
  return new CoordinateError({
    subject: path,
    found: `${numbered(dimension, "column")}`,
    expected: "2 or 3 (x, y and optionally z)",
    remedy: `Name another key of obsm for the coordinates (${optionName("spatialKey")}), or columns of obs (${optionName("spatialColumns", "X,Y")}).`,
  });
}

function wrongLength(path: string, found: number, spotCount: number): ShapeError {
  return new ShapeError({
    subject: path,
    found: `${numbered(found, "row")} for ${numbered(spotCount, "spot")}`,
    expected: "one row per spot",
    remedy: "The store is damaged or was edited by hand: write it again with anndata.",
  });
}
