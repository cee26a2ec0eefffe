import type { NeighborGraph } from "@flashdeconv/core";
import type { Arrangement, StripLayout, StripStore } from "@flashdeconv/solver/internal";

/** Which spots are neighbours, and an order of all spots. */
export interface SpatialGraph {
  readonly neighbors: NeighborGraph | NeighborsOnScratch;
  /** The spots in an order that keeps close ones together; undefined where there are no neighbours to look at. */
  readonly order: Int32Array | undefined;
  /** What solves find of both, where more than one is to come. */
  readonly arrangement?: Arrangement;
}

export interface GraphInMemory extends SpatialGraph {
  readonly neighbors: NeighborGraph;
}

/** Neighbours that lie in a scratch file, strip by strip, for all solves of a section. */
export interface NeighborsOnScratch extends StripArrangement {
  readonly spotCount: number;
  readonly file: Pick<StripStore, "loadNeighbors" | "loadCoarse">;
  /** Reads them back by spot: 4 bytes per spot and neighbour. */
  read(): Promise<NeighborGraph>;
}

/** How a section is cut into strips, and what it takes to find them in their file. */
export interface StripArrangement {
  readonly layout: StripLayout;
  /** Entries of the graph of the first coarse level. */
  readonly coarseEdgeCount: number;
}
