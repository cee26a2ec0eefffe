import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { readColumnOf } from "../column-values.js";
import { type Hierarchy, join } from "../hierarchy.js";
import { columnTexts } from "../name-source.js";
import { openVector, readNumbers } from "../open-vector.js";
import { readDenseMatrix } from "../read-row-band.js";
import { openArray } from "../zarr-array.js";
import { CentroidSum } from "./centroid.js";
import type { ShapeCentroids } from "./centroid-chunks.js";

/**
 * Shapes of SpatialData 0.1: all vertices in `coords`, names in `Index`. Circles have one vertex each; of polygons `offset0` tells
 * where each ring begins and `offset1` each polygon, of multipolygons `offset2` where each of them begins (shapely's ragged arrays).
 *
 * Memory: the arrays, whole.
 */
export async function arrayCentroids(
  container: Hierarchy,
  path: string,
  signal?: AbortSignal,
): Promise<ShapeCentroids> {
  const index = await readColumnOf(container, path, "Index", signal);
  const keys = index.kind === "number" ? index.values : columnTexts(index);
  const coords = await readCoords(container, join(path, "coords"), signal);
  const levels: Float64Array[] = [];
  for (let level = 0; await container.node(join(path, `offset${level}`)); level++) {
    levels.push(await readOffsets(container, join(path, `offset${level}`), signal));
  }
  const points = levels.length === 0 ? plainPoints(coords) : polygonCentroids(coords, levels, path);
  if (points.length !== 2 * keys.length) {
    const found = `${numbered(points.length / 2, "shape")} and ${numbered(keys.length, "item")} in Index`;
    throw broken(path, found, "an item for each shape");
  }
  return {
    keyKind: index.kind === "number" ? "number" : "string",
    async *chunks() {
      yield { keys, points };
    },
  };
}

interface Coords {
  readonly width: number;
  readonly values: Float64Array;
}

async function readCoords(container: Hierarchy, path: string, signal?: AbortSignal): Promise<Coords> {
  const node = await container.node(path);
  const shape = node?.kind === "array" ? node.metadata.shape : [];
  if (node?.kind !== "array" || shape.length !== 2 || shape[1] < 2 || shape[1] > 3) {
    throw broken(path, `shape ${shape.join(" x ") || "()"}`, "two or three columns");
  }
  return { width: shape[1], values: await readDenseMatrix(openArray(container, node), "refuse", signal) };
}

async function readOffsets(container: Hierarchy, path: string, signal?: AbortSignal): Promise<Float64Array> {
  return readNumbers(await openVector(container, path, ["integer"]), "fill", signal);
}

function plainPoints({ width, values }: Coords): Float64Array {
  if (width === 2) return values;
  const points = new Float64Array((2 * values.length) / width);
  for (let i = 0; i < points.length / 2; i++) {
    points[2 * i] = values[width * i];
    points[2 * i + 1] = values[width * i + 1];
  }
  return points;
}

function polygonCentroids(
  { width, values }: Coords,
  levels: readonly Float64Array[],
  path: string,
): Float64Array {
  const [rings, polygons, groups] = levels;
  if (!rings || !polygons || levels.length > 3) {
    throw broken(
      path,
      `${numbered(levels.length, "array")} of offsets`,
      "none, offset0 and 1, or offset0 to 2",
    );
  }
  checkOffsets(rings, values.length / width, join(path, "offset0"));
  checkOffsets(polygons, rings.length - 1, join(path, "offset1"));
  if (groups) checkOffsets(groups, polygons.length - 1, join(path, "offset2"));

  const shapeCount = (groups ?? polygons).length - 1;
  const points = new Float64Array(2 * shapeCount);
  const sum = new CentroidSum();
  for (let shape = 0; shape < shapeCount; shape++) {
    sum.reset();
    const from = groups ? groups[shape] : shape;
    const to = groups ? groups[shape + 1] : shape + 1;
    for (let polygon = from; polygon < to; polygon++) {
      for (let ring = polygons[polygon]; ring < polygons[polygon + 1]; ring++) {
        for (let i = rings[ring]; i < rings[ring + 1]; i++)
          sum.vertex(values[width * i], values[width * i + 1]);
        sum.endRing(ring > polygons[polygon]);
      }
    }
    sum.finish(points, 2 * shape);
  }
  return points;
}

function checkOffsets(offsets: Float64Array, most: number, path: string): void {
  let previous = 0;
  for (const offset of offsets) {
    if (!(offset >= previous && offset <= most)) {
      throw broken(path, `offset ${offset} after ${previous}`, `offsets that never descend, up to ${most}`);
    }
    previous = offset;
  }
  if (offsets.length === 0) throw broken(path, "no offsets", "one more than there are parts");
}

function broken(path: string, found: string, expected: string): FormatError {
  return new FormatError({
    path,
    found,
    expected,
    remedy: "The shapes are damaged: write the container again with spatialdata.",
  });
}
