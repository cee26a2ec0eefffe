import type { InstanceKey } from "./instance-rows.js";

/** Some shapes of an element: the items of its index, and their centroids in the element's own coordinates. */
export interface CentroidChunk {
  readonly keys: ArrayLike<InstanceKey>;
  /** Two per shape, x and y; NaN for an empty shape. */
  readonly points: Float64Array;
}

/** The shapes of an element in stored order, centroids only. */
export interface ShapeCentroids {
  readonly keyKind: "number" | "string";
  chunks(): AsyncIterable<CentroidChunk>;
}
