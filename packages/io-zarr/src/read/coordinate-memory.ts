import type { AnnDataRoot } from "./open-anndata.js";
import { findCoordinates, regionNames } from "./read-coordinates.js";
import { shapeMemory } from "./spatialdata/shape-memory.js";

/** Bytes that reading coordinates takes where they are joined from shapes, else 0. */
export async function coordinateMemory(
  root: AnnDataRoot,
  spatialKey: string | undefined,
  signal?: AbortSignal,
): Promise<number> {
  if (!root.container) return 0;
  const origin = await findCoordinates(root, spatialKey, signal);
  if (origin?.kind !== "shapes") return 0;
  const names = await regionNames(root.hierarchy, origin.annotation, signal);
  return shapeMemory(root.hierarchy, origin.container, origin.annotation, names, signal);
}
