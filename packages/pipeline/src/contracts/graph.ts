import type { NeighborGraph } from "@flashdeconv/core";
import type { Arrangement } from "@flashdeconv/solver/internal";

/** Which spots are neighbours, and an order of all spots. */
export interface SpatialGraph {
  readonly neighbors: NeighborGraph;
  /** The spots in an order that keeps close ones together; undefined where there are no neighbours to look at. */
  readonly order: Int32Array | undefined;
  /** What solves find of both, where more than one is to come. */
  readonly arrangement?: Arrangement;
}
