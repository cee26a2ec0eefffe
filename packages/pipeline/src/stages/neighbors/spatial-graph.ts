import { type Coordinates, isFlashdeconvError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { GraphInMemory } from "../../contracts/graph.js";
import type { SpatialInput } from "../../contracts/inputs.js";
import type { DeconvolveOptions } from "../../contracts/options.js";
import type { RunContext } from "../../contracts/run-context.js";
import { allocator, graphInReach, inReach, reachOf } from "../../runtime/allocator.js";
import { checkCoordinates } from "../check-inputs.js";
import { findNeighbors } from "./find-neighbors.js";
import { graphOptions } from "./graph-options.js";
import { countSharedPositions, positionNotices } from "./shared-positions.js";
import { wantsNeighbors } from "./wants-neighbors.js";

/** Neighbours, where the solver looks at them. First of all the stages: bad coordinates should not cost a pass. */
export async function buildSpatialGraph(
  spatial: SpatialInput,
  options: DeconvolveOptions,
  run: RunContext,
): Promise<GraphInMemory> {
  const { isNew, ...found } = await graphOf(spatial, options, run);
  // On scratch it is arranged anew, strip by strip.
  const neighbors = run.scratch ? found.neighbors : graphInReach(found.neighbors, reachOf(run));
  const graph = { ...found, neighbors };
  if (isNew) offer(graph, run);
  return graph;
}

/** Offered as it will lie: what was copied from would else be held until it is written. */
function offer({ neighbors: { indptr, indices }, order }: GraphInMemory, { checkpoint }: RunContext): void {
  if (order) checkpoint?.offer(PIECE, () => ({ facts: {}, arrays: { indptr, indices, order } }));
}

async function graphOf(
  spatial: SpatialInput,
  options: DeconvolveOptions,
  run: RunContext,
): Promise<GraphInMemory & { readonly isNew?: true }> {
  const { executor, signal, checkpoint, notices, report } = run;
  const { spotCount } = spatial.counts;
  if (options.solver.coupling === "independent") return withoutNeighbors(spotCount);
  report({ stage: "graph", done: 0, total: spotCount });
  const kept = await checkpoint?.load(PIECE, allocator(reachOf(run, "no kernel")));
  if (kept) {
    const { indptr, indices, order } = kept.arrays as Record<"indptr" | "indices" | "order", Int32Array>;
    report({ stage: "graph", done: spotCount, total: spotCount });
    return { neighbors: { spotCount, indptr, indices }, order };
  }
  const coordinates = await readIfWanted(spatial, options, run);
  if (!coordinates) return withoutNeighbors(spotCount);
  checkCoordinates(coordinates, spotCount);
  if (spotCount === 1) {
    notices.add({
      code: "one-spot",
      message: "There is one spot only: it has no neighbours to be smoothed with.",
    });
  } else if (options.graph === "knn" && options.neighborCount > spotCount - 1) {
    notices.add({
      code: "few-spots",
      message: `More neighbours were asked for (${options.neighborCount}) than there are among ${numbered(spotCount, "spot")}: each spot gets all others.`,
    });
  }
  const { sharedCount, ...graph } = await findNeighbors(executor, coordinates, graphOptions(options), {
    signal,
    // On scratch it is arranged anew.
    memory: run.scratch ? undefined : run.arena?.memory,
    takesOver: coordinates.isOwn && run.scratch !== undefined,
    onSpots: (done) => report({ stage: "graph", done, total: spotCount }),
  });
  const asked = options.graph === "knn" ? options.neighborCount : 0;
  const shared = {
    spotCount,
    sharedCount: sharedCount ?? countSharedPositions(coordinates, graph.neighbors),
  };
  for (const notice of positionNotices(coordinates.components, shared, asked)) notices.add(notice);
  return { ...graph, isNew: true };
}

const PIECE = "graph";

function withoutNeighbors(spotCount: number): GraphInMemory {
  const neighbors = { spotCount, indptr: new Int32Array(spotCount + 1), indices: new Int32Array(0) };
  return { neighbors, order: undefined };
}

/** Coordinates, where threads see them, and whether these are a copy of the run's own; undefined where there are none to be used and nothing is smoothed. */
async function readIfWanted(
  spatial: SpatialInput,
  options: DeconvolveOptions,
  run: RunContext,
): Promise<(Coordinates & { readonly isOwn: boolean }) | undefined> {
  const { signal, notices } = run;
  try {
    const found = await spatial.readCoordinates({ signal, onNotice: (notice) => notices.add(notice) });
    const values = inReach(found.values, reachOf(run, "no kernel"));
    return { ...found, values, isOwn: values !== found.values };
  } catch (error) {
    if (wantsNeighbors(options) || !isFlashdeconvError(error) || error.tag !== "CoordinateError") throw error;
    notices.add({
      code: "no-coordinates",
      message: `Nothing is smoothed, so no coordinates are needed, and none are used. ${error.message}`,
    });
    return undefined;
  }
}
