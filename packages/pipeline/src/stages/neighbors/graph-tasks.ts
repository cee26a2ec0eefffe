import { type Allocate, breather } from "@flashdeconv/core/internal";
import { buildNeighborGraph, spatialOrder } from "@flashdeconv/graph";
import { buildNeighborSearch, joinNeighbors, searchByTree, searchRange } from "@flashdeconv/graph/internal";
import { openArena } from "@flashdeconv/kernels";
import type { ScratchFile } from "../../contracts/scratch.js";
import type { GraphTasks } from "../../contracts/tasks.js";
import { writeNeighbors } from "../../runtime/scratch/neighbor-file.js";

/** Places that are searched between two looks at the signal: some milliseconds. */
const PLACES_PER_TURN = 4096;

export function buildGraphTasks(
  allocate: Allocate,
  openScratchFile: (path: string) => Promise<ScratchFile>,
): GraphTasks {
  /** In the arena of that memory, as long as there is room. */
  const allocateIn = (memory: WebAssembly.Memory | undefined): Allocate => {
    const arena = memory && openArena(memory);
    return arena ? (Type, length) => arena.allocate(Type, length) ?? allocate(Type, length) : allocate;
  };
  return {
    arrangeSpots({ coordinates, memory, ...options }) {
      return buildNeighborSearch(coordinates, options, allocate, allocateIn(memory));
    },
    arrangeAgain: (failed) => searchByTree(failed, allocate),
    async searchNeighbors({ search, range }, { signal }) {
      const turn = breather(signal);
      let steps = 0;
      let sharedCount = 0;
      for (let start = range.start; start < range.end; start += PLACES_PER_TURN) {
        await turn();
        const found = searchRange(search, { start, end: Math.min(start + PLACES_PER_TURN, range.end) });
        steps += found.steps;
        sharedCount += found.sharedCount;
        if (steps > search.stepLimit) break;
      }
      return { steps, sharedCount };
    },
    joinNeighbors: ({ search, memory }) => joinNeighbors(search, allocateIn(memory)),
    buildGraph: ({ coordinates, options }) => buildNeighborGraph(coordinates, options),
    orderSpots(coordinates) {
      const order = spatialOrder(coordinates);
      const out = allocate(Int32Array, order.length);
      out.set(order);
      return out;
    },
    arrangeStrips: async ({ graph, order, path }) =>
      writeNeighbors(await openScratchFile(path), graph, order),
  };
}
