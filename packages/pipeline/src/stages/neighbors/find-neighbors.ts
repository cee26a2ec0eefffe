import type { Coordinates, Executor, NeighborGraph, SpotRange } from "@flashdeconv/core";
import type { GraphOptions } from "@flashdeconv/graph";
import type { NeighborSearch } from "@flashdeconv/graph/internal";
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
}

/**
 * `buildNeighborGraph` and `spatialOrder`, shared among the executor's threads, to the bit the same. An abort is answered at once:
 * what the threads then still do concerns nobody.
 */
export async function findNeighbors(
  executor: Executor<PipelineTasks>,
  coordinates: Coordinates,
  options: Pick<GraphOptions, "kind" | "neighborCount" | "radius">,
  { signal, onSpots, memory }: FindNeighborsSettings,
): Promise<{ neighbors: NeighborGraph; order: Int32Array }> {
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
    return { neighbors, order };
  }
  const searchAll = async (search: NeighborSearch) => {
    let done = 0;
    const parts = rangesOf(search.spotCount).map(async (range) => {
      const steps = await run("searchNeighbors", { search, range });
      done += range.end - range.start;
      onSpots?.(done);
      return steps;
    });
    return (await Promise.all(parts)).reduce((sum, steps) => sum + steps, 0) <= search.stepLimit;
  };
  const { neighborCount } = options;
  let search = await run("arrangeSpots", { coordinates: seen, neighborCount, memory });
  if (!(await searchAll(search))) {
    search = await run("arrangeSpots", { coordinates: seen, neighborCount, failed: search });
    await searchAll(search);
  }
  const joined = run("joinNeighbors", { search, memory });
  const [neighbors, order] = await Promise.all([joined, run("orderSpots", seen)]);
  return { neighbors, order };
}

function rangesOf(spotCount: number): SpotRange[] {
  return Array.from({ length: Math.ceil(spotCount / PLACES_PER_RANGE) }, (_, i) => ({
    start: i * PLACES_PER_RANGE,
    end: Math.min((i + 1) * PLACES_PER_RANGE, spotCount),
  }));
}
