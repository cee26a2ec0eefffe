/**
 * Groups and arrays of Zarr stores, and no more: what pages read results by, without what reads Parquet or CSV. Not part of the public
 * surface: any release may change it.
 *
 * @internal
 */

export { type PackedStrings, slicePacked, unpackStrings } from "../codecs/vlen-utf8.js";
export { type Hierarchy, join, openHierarchy, type ZarrNode } from "../read/hierarchy.js";
export { openDataframe } from "../read/open-dataframe.js";
export { packPiece, readStrings } from "../read/read-strings.js";
export { readUns } from "../read/read-uns.js";
export { type Container, isContainer, openTable } from "../read/spatialdata/open-table.js";
export { openArray, type ZarrArray } from "../read/zarr-array.js";

/** Reads the transformations of an element; loaded when it is asked for, as most pages need none. */
export async function readTransformations(
  ...request: Parameters<typeof import("../read/spatialdata/transformation.js").readTransformations>
) {
  const { readTransformations: read } = await import("../read/spatialdata/transformation.js");
  return read(...request);
}
