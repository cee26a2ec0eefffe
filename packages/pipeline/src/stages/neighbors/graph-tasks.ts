import { type Allocate, breather } from "@flashdeconv/core/internal";
import { buildNeighborGraph, spatialOrder } from "@flashdeconv/graph";
import { buildNeighborSearch, joinNeighbors, searchByTree, searchRange } from "@flashdeconv/graph/internal";
import { openArena } from "@flashdeconv/kernels";
import { arrangeStrips } from "@flashdeconv/solver/internal";
import type { GraphTasks } from "../../contracts/tasks.js";

/** Places that are searched between two looks at the signal: some milliseconds. */
const PLACES_PER_TURN = 4096;

export function buildGraphTasks(allocate: Allocate): GraphTasks {
  /** In the arena of that memory, as long as there is room. */
  const allocateIn = (memory: WebAssembly.Memory | undefined): Allocate => {
    const arena = memory && openArena(memory);
    return arena ? (Type, length) => arena.allocate(Type, length) ?? allocate(Type, length) : allocate;
  };
  return {
    arrangeSpots({ coordinates, neighborCount, failed, memory }) {
      if (failed) return searchByTree(coordinates, failed, allocate);
      return buildNeighborSearch(coordinates, { neighborCount }, allocate, allocateIn(memory));
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
    joinNeighbors: ({ search, memory }) => joinNeighbors(search, allocateIn(memory)),
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
