import { FormatError } from "@flashdeconv/core";
import { CentroidSum } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { geojsonFeatures } from "./geojson-features.js";
import type { NamedPositions } from "./spot-positions.js";

/**
 * Centroids of the cells that Space Ranger 4 outlines, weighted by area, by the names that its matrix gives them.
 *
 * @throws FormatError as `geojsonFeatures`, and for a feature that is no outline of a cell with an id
 */
export async function readCellCentroids(
  files: ReadableStore,
  path: string,
  { signal }: ReadOptions = {},
): Promise<NamedPositions> {
  const names: string[] = [];
  let points = new Float64Array(2 ** 12);
  const sum = new CentroidSum();
  for await (const feature of geojsonFeatures(files, path, signal)) {
    const { geometry, properties } = (feature ?? {}) as Partial<
      Record<string, Partial<Record<string, unknown>>>
    >;
    const name = cellName(properties?.cell_id);
    const at = 2 * names.length;
    if (at === points.length) points = grown(points);
    sum.reset();
    const isOutline = addOutline(sum, geometry?.type, geometry?.coordinates);
    sum.finish(points, at);
    if (name === undefined || !isOutline || !Number.isFinite(points[at] + points[at + 1])) {
      throw new FormatError({
        path,
        found: `${JSON.stringify(feature)?.slice(0, 80)} as feature ${names.length + 1}`,
        expected: "a Polygon or MultiPolygon with numbers, and a cell_id",
        remedy: "Give cell_segmentations.geojson as Space Ranger wrote it.",
      });
    }
    names.push(name);
  }
  const count = names.length;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = points[2 * i];
    y[i] = points[2 * i + 1];
  }
  return { names, x, y, columns: {} };
}

/** As in `cellid_000000012-1`: the file has the number alone, or the name with or without its end. */
function cellName(id: unknown): string | undefined {
  if (typeof id === "number" && Number.isSafeInteger(id) && id >= 0)
    return `cellid_${String(id).padStart(9, "0")}-1`;
  if (typeof id !== "string" || id === "") return undefined;
  if (/^\d+$/.test(id)) return cellName(Number(id));
  return /-\d+$/.test(id) ? id : `${id}-1`;
}

/** Whether all of it are rings of points. */
function addOutline(sum: CentroidSum, type: unknown, coordinates: unknown): boolean {
  if (type !== "Polygon" && type !== "MultiPolygon") return false;
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  if (!Array.isArray(polygons)) return false;
  return polygons.every(
    (rings) =>
      Array.isArray(rings) &&
      rings.every((ring, i) => {
        if (!Array.isArray(ring)) return false;
        const isWhole = ring.every((point) => {
          if (!Array.isArray(point) || typeof point[0] !== "number" || typeof point[1] !== "number")
            return false;
          sum.vertex(point[0], point[1]);
          return true;
        });
        sum.endRing(i > 0);
        return isWhole;
      }),
  );
}

function grown(points: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * points.length);
  larger.set(points);
  return larger;
}
