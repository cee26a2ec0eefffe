import {
  breather,
  type Coordinates,
  type NeighborGraph,
  type SpotRange,
  type TaskContext,
} from "@flashdeconv/core";
import {
  type Allocate,
  buildNeighborGraph,
  buildNeighborSearch,
  type GraphOptions,
  joinNeighbors,
  type NeighborSearch,
  searchByTree,
  searchRange,
  spatialOrder,
} from "@flashdeconv/graph";
import { arrangeStrips, type StripLayout } from "@flashdeconv/solver";

export interface ArrangeSpotsInput {
  readonly coordinates: Coordinates;
  readonly neighborCount: number;
  /** An earlier search, which took too many steps: its lists' memory is used again, by a tree. */
  readonly failed?: NeighborSearch;
}

export interface SearchNeighborsInput {
  readonly search: NeighborSearch;
  /** Of places. */
  readonly range: SpotRange;
}

/** The steps from coordinates to what the solve wants to know of them. Arrays that are large come in the allocator's memory. */
export type GraphTasks = {
  readonly arrangeSpots: (input: ArrangeSpotsInput) => NeighborSearch;
  /** Resolves to the steps taken, as `searchRange` returns them. */
  readonly searchNeighbors: (input: SearchNeighborsInput, context: TaskContext) => Promise<number>;
  readonly joinNeighbors: (search: NeighborSearch) => NeighborGraph;
  /** All of it at once, for the kinds that are not searched in ranges. */
  readonly buildGraph: (input: { coordinates: Coordinates; options: Partial<GraphOptions> }) => NeighborGraph;
  readonly orderSpots: (coordinates: Coordinates) => Int32Array;
  readonly arrangeStrips: (input: { graph: NeighborGraph; order: Int32Array | undefined }) => StripLayout;
};

/** Places that are searched between two looks at the signal: some milliseconds. */
const PLACES_PER_TURN = 4096;

export function buildGraphTasks(allocate: Allocate): GraphTasks {
  return {
    arrangeSpots({ coordinates, neighborCount, failed }) {
      if (failed) return searchByTree(coordinates, failed, allocate);
      return buildNeighborSearch(coordinates, { neighborCount }, allocate);
    },
    async searchNeighbors({ search, range }, { signal }) {
      const turn = breather(signal);
      let steps = 0;
      for (let start = range.start; start < range.end; start += PLACES_PER_TURN) {
        await turn();
        steps += searchRange(search, { start, end: Math.min(start + PLACES_PER_TURN, range.end) });
        if (steps > search.stepLimit) break;
      }
      return steps;
    },
    joinNeighbors: (search) => joinNeighbors(search, allocate),
    buildGraph: ({ coordinates, options }) => buildNeighborGraph(coordinates, options),
    orderSpots: (coordinates) => spatialOrder(coordinates),
    arrangeStrips: ({ graph, order }) =>
      arrangeStrips(graph, order, {
        allocate: (Type, length) => new Type(allocate(Type.BYTES_PER_ELEMENT * length), 0, length),
      }),
  };
}
