import { type CoordinateRequest, findCoordinates, regionNames } from "./find-coordinates.js";
import type { AnnDataRoot } from "./open-anndata.js";
import { shapeMemory } from "./spatialdata/shape-memory.js";

/** Bytes that reading coordinates takes where they are joined from shapes, else 0. */
export async function coordinateMemory(
  root: AnnDataRoot,
  request: CoordinateRequest,
  signal?: AbortSignal,
): Promise<number> {
  if (!root.container) return 0;
  const origin = await findCoordinates(root, request, signal);
  if (origin?.kind !== "shapes") return 0;
  const names = await regionNames(root.hierarchy, origin.annotation, signal);
  return shapeMemory(root.hierarchy, origin, names, signal);
}
