import type { Coordinates, Executor, NeighborGraph, SpotRange } from "@flashdeconv/core";
import type { GraphOptions } from "@flashdeconv/graph";
import type { NeighborSearch, RangeSearched } from "@flashdeconv/graph/internal";
import type { PipelineTasks } from "../../contracts/tasks.js";
import { inReach, reachOf } from "../../runtime/allocator.js";
import { untilAborted } from "../../runtime/until-aborted.js";

/** Few enough that progress is told often, many enough that a message for each costs nothing. */
const PLACES_PER_RANGE = 65_536;

export interface FindNeighborsSettings {
  readonly signal?: AbortSignal;
  readonly onSpots?: (done: number) => void;
  /** That of an arena, for the graph to lie in, as far as it has room. */
  readonly memory?: WebAssembly.Memory;
  /** Whether the coordinates may be overwritten, which saves a copy of them; false by default. */
  readonly takesOver?: boolean;
}

export interface FoundNeighbors {
  readonly neighbors: NeighborGraph;
  readonly order: Int32Array;
  /** Spots that lie exactly where another does; undefined where the search did not count them. */
  readonly sharedCount: number | undefined;
}

/**
 * `buildNeighborGraph` and `spatialOrder`, shared among the executor's threads, to the bit the same. An abort is answered at once:
 * what the threads then still do concerns nobody.
 */
export async function findNeighbors(
  executor: Executor<PipelineTasks>,
  coordinates: Coordinates,
  options: Pick<GraphOptions, "kind" | "neighborCount" | "radius">,
  { signal, onSpots, memory, takesOver = false }: FindNeighborsSettings,
): Promise<FoundNeighbors> {
  const seen: Coordinates = {
    ...coordinates,
    values: inReach(coordinates.values, reachOf({ executor, arena: undefined })),
  };
  const run = <N extends keyof PipelineTasks>(task: N, input: Parameters<PipelineTasks[N]>[0]) =>
    untilAborted(executor.run(task, input, { signal }), signal);

  // Components are searched one after the other, by one thread; threads that share no memory cannot fill one list together.
  if (options.kind !== "knn" || coordinates.components || !executor.sharesMemory) {
    const found = run("buildGraph", { coordinates: seen, options });
    const [neighbors, order] = await Promise.all([found, run("orderSpots", seen)]);
    onSpots?.(neighbors.spotCount);
    return { neighbors, order, sharedCount: undefined };
  }
  const orderAll = () => run("orderSpots", seen);
  // Nobody finds the coordinates any more once they are taken over.
  const orderBefore = takesOver ? await orderAll() : undefined;
  const searchAll = async (search: NeighborSearch) => {
    let done = 0;
    const parts = rangesOf(search.spotCount).map(async (range) => {
      const found = await run("searchNeighbors", { search, range });
      done += range.end - range.start;
      onSpots?.(done);
      return found;
    });
    const all = await Promise.all(parts);
    const sum = (count: (found: RangeSearched) => number) =>
      all.reduce((total, one) => total + count(one), 0);
    return { steps: sum(({ steps }) => steps), sharedCount: sum((found) => found.sharedCount) };
  };
  const { neighborCount } = options;
  let search = await run("arrangeSpots", { coordinates: seen, neighborCount, takesOver, memory });
  let searched = await searchAll(search);
  if (searched.steps > search.stepLimit) {
    search = await run("arrangeAgain", search);
    searched = await searchAll(search);
  }
  const joined = run("joinNeighbors", { search, memory });
  const [neighbors, order] = await Promise.all([joined, orderBefore ?? orderAll()]);
  return { neighbors, order, sharedCount: searched.sharedCount };
}

function rangesOf(spotCount: number): SpotRange[] {
  return Array.from({ length: Math.ceil(spotCount / PLACES_PER_RANGE) }, (_, i) => ({
    start: i * PLACES_PER_RANGE,
    end: Math.min((i + 1) * PLACES_PER_RANGE, spotCount),
  }));
}
