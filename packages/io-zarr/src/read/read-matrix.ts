import { FormatError } from "@flashdeconv/core";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { openHierarchy } from "./hierarchy.js";
import { inStore } from "./name-store.js";
import { openVector, readNumbers } from "./open-vector.js";
import { readDenseMatrix } from "./read-row-band.js";
import { openArray } from "./zarr-array.js";

/** Numbers of one or two dimensions, row by row. */
export interface NumberRows {
  /** Numbers of a row. */
  readonly dimension: number;
  readonly values: Float64Array;
}

/** All of an array of numbers. Throws FormatError where there is none of one or two dimensions. */
export function readMatrix(
  store: ReadableStore,
  path: string,
  { signal }: ReadOptions = {},
): Promise<NumberRows> {
  return inStore(store, async () => {
    const hierarchy = await openHierarchy(store, signal);
    const node = await hierarchy.node(path);
    if (
      node?.kind === "array" &&
      node.metadata.shape.length === 2 &&
      node.metadata.dataType.kind !== "string"
    ) {
      const values = await readDenseMatrix(openArray(hierarchy, node), "refuse", signal);
      return { dimension: node.metadata.shape[1], values };
    }
    if (node?.kind === "group") {
      throw new FormatError({
        path,
        found: "a group",
        expected: "an array of numbers",
        remedy: "Give the file as it was written.",
      });
    }
    const vector = await openVector(hierarchy, path, ["integer", "float"]);
    return { dimension: 1, values: await readNumbers(vector, "refuse", signal) };
  });
}
