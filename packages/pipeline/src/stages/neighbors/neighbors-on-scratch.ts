import type { GraphInMemory, NeighborsOnScratch, SpatialGraph } from "../../contracts/graph.js";
import type { RunContext } from "../../contracts/run-context.js";
import type { Scratch } from "../../contracts/scratch.js";
import { graphInReach, reachOf } from "../../runtime/allocator.js";
import { neighborFile, readNeighbors } from "../../runtime/scratch/neighbor-file.js";
import { untilAborted } from "../../runtime/until-aborted.js";

/** Of the section's neighbours; those of a section that is taken without have another. */
export const NEIGHBORS_FILE = "neighbors";

/** Cuts the section into strips, with its neighbours in a file of that name. Nothing of the graph is held but its order. */
export async function neighborsOnScratch(
  { neighbors, order }: GraphInMemory,
  { create }: Pick<Scratch, "create">,
  name: string,
  run: Pick<RunContext, "executor" | "arena" | "signal">,
): Promise<NeighborsOnScratch> {
  const { executor, signal } = run;
  const file = await create(name);
  const { spotCount } = neighbors;
  const graph = graphInReach(neighbors, reachOf(run, "no kernel"));
  const arranging = executor.run("arrangeStrips", { graph, order, path: file.path }, { signal });
  const arrangement = await untilAborted(arranging, signal);
  const stored = neighborFile(file, arrangement);
  const read = () => readNeighbors(arrangement.layout, stored, order);
  return { spotCount, ...arrangement, file: stored, read };
}

export function isOnScratch(neighbors: SpatialGraph["neighbors"]): neighbors is NeighborsOnScratch {
  return "layout" in neighbors;
}

/** A graph of a section whose statistics are in memory: then its neighbours are, too. */
export function graphInMemory(graph: SpatialGraph): GraphInMemory {
  const { neighbors } = graph;
  if (isOnScratch(neighbors)) throw new TypeError("the neighbours are on scratch");
  return { ...graph, neighbors };
}
