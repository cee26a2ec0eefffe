import { type Allocate, breather } from "@flashdeconv/core/internal";
import { buildNeighborGraph, spatialOrder } from "@flashdeconv/graph";
import { buildNeighborSearch, joinNeighbors, searchByTree, searchRange } from "@flashdeconv/graph/internal";
import { arrangeStrips } from "@flashdeconv/solver/internal";
import type { GraphTasks } from "../../contracts/tasks.js";

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
    orderSpots(coordinates) {
      const order = spatialOrder(coordinates);
      const out = allocate(Int32Array, order.length);
      out.set(order);
      return out;
    },
    arrangeStrips: ({ graph, order }) => arrangeStrips(graph, order, { allocate }),
  };
}
