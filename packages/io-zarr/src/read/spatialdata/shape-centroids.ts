import { FormatError } from "@flashdeconv/core";
import { type Hierarchy, join } from "../hierarchy.js";
import { arrayCentroids } from "./array-centroids.js";
import type { ShapeCentroids } from "./centroid-chunks.js";
import { parquetCentroids } from "./parquet-centroids.js";
import { openParquet } from "./parquet-file.js";

/**
 * Opens the element `shapes/<name>` of a container: `shapes.parquet` (layouts 0.2 and 0.3), which no metadata lists, or arrays
 * (0.1).
 *
 * @throws FormatError where it is neither, or damaged
 */
export async function openShapes(
  container: Hierarchy,
  name: string,
  signal?: AbortSignal,
): Promise<ShapeCentroids> {
  const path = join("shapes", name);
  if (await container.node(join(path, "coords"))) return arrayCentroids(container, path, signal);
  const file = join(path, "shapes.parquet");
  const parquet = await openParquet(container.store, file, signal);
  if (parquet) return parquetCentroids(parquet);
  throw new FormatError({
    path,
    found: "neither shapes.parquet nor the array coords",
    expected: "shapes of SpatialData 0.1 (arrays) or 0.2 and 0.3 (shapes.parquet)",
    remedy: "The element is incomplete: copy the container again, or write it again with spatialdata.",
  });
}
