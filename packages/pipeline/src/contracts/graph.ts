import type { NeighborGraph } from "@flashdeconv/core";

/** Which spots are neighbours, and an order of all spots. */
export interface SpatialGraph {
  readonly neighbors: NeighborGraph;
  /** The spots in an order that keeps close ones together; undefined where there are no neighbours to look at. */
  readonly order: Int32Array | undefined;
}
