import { CoordinateError, OptionError } from "@flashdeconv/core";
import { optionName } from "@flashdeconv/core/internal";
import { describeCandidates, findCandidates } from "./coordinate-candidates.js";
import { encodingOf } from "./encoding-of.js";
import { type Hierarchy, join } from "./hierarchy.js";
import type { AnnDataRoot } from "./open-anndata.js";
import { openDataframe } from "./open-dataframe.js";
import type { SpatialOptions } from "./open-options.js";
import { type Annotation, readAnnotation } from "./spatialdata/annotation.js";
import type { Container } from "./spatialdata/open-table.js";
import { readRegions } from "./spatialdata/read-regions.js";
import { describeOtherRegions } from "./spatialdata/shape-coordinates.js";

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

/** Where a caller says that coordinates, and what tells sections apart, are. */
export type CoordinateRequest = Pick<SpatialOptions, "spatialKey" | "spatialColumns" | "sectionKey">;

const OBSM_KEYS = ["spatial", "X_spatial"];

/** Columns of `obs` that name a position, the horizontal axis first; those after the second are optional. */
export const OBS_COLUMNS = [
  ["x", "y", "z"],
  ["X", "Y", "Z"],
  ["x_centroid", "y_centroid", "z_centroid"],
  ["pxl_col_in_fullres", "pxl_row_in_fullres"],
  ["array_col", "array_row"],
];

/**
 * Finds where a store keeps coordinates: the columns of obs or `obsm/<key>` that are given (OptionError where they are not there), else
 * `obsm/spatial`, `obsm/X_spatial`, the shapes that a table is about, then columns of obs: x and y, centroids, full-resolution
 * pixels, array rows and columns.
 */
export async function findCoordinates(
  { hierarchy, container }: AnnDataRoot,
  { spatialKey, spatialColumns }: CoordinateRequest,
  signal?: AbortSignal,
): Promise<CoordinateOrigin | undefined> {
  if (spatialColumns) return namedColumns(hierarchy, spatialColumns);
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

async function namedColumns(hierarchy: Hierarchy, names: readonly string[]): Promise<CoordinateOrigin> {
  const { columnNames } = await openDataframe(hierarchy, "obs");
  for (const name of names) {
    // A column that obs does not list but holds is as good.
    if (columnNames.includes(name) || (await hierarchy.node(join("obs", name)))) continue;
    const candidates = await findCandidates(hierarchy);
    throw new OptionError({
      option: "spatial-columns",
      value: names.join(","),
      rule: `columns of obs, which has no "${name}": ${columnNames.join(", ") || "there is none"}`,
      remedy:
        candidates.length > 0
          ? `By their names, coordinates are in ${describeCandidates(candidates)}.`
          : "Name the columns with x and y, and z if there is one.",
    });
  }
  return { kind: "columns", path: "obs", columnNames: names };
}

/** The error for a store in which `findCoordinates` finds none: says what is there, and which columns may be meant. */
export async function noCoordinates(
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
  const candidates = await findCandidates(hierarchy);
  return new CoordinateError({
    subject: "coordinates",
    found: `none (keys of obsm: ${keys}; columns of obs: ${columnNames.join(", ") || "none"}${elements})`,
    expected: `obsm/spatial, obsm/X_spatial, ${container ? "shapes that the table is about, " : ""}or columns x and y (or array_col and array_row) in obs`,
    remedy:
      candidates.length > 0
        ? `Columns of obs look like coordinates: give ${optionName("spatialColumns")} ${describeCandidates(candidates)}.`
        : keys === "none" && columnNames.length === 0
          ? `What is a matrix alone has none: give the folder in which positions lie too, add them to the store, or do without neighbours (${optionName("smoothing", "none")}).`
          : `Name the key of obsm (${optionName("spatialKey")}) or the columns of obs (${optionName("spatialColumns", "X,Y")}) that hold them, add them to the store, or do without neighbours (${optionName("smoothing", "none")}).`,
  });
}
