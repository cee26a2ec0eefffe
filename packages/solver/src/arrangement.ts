import type { Allocate } from "@flashdeconv/core/internal";
import { type CoarseGraph, coarsen, type LevelGraph, ROWS_PER_RUN } from "./coarse-level.js";
import { colorBlocks, SPOTS_PER_BLOCK, type UpdateOrder, updateOrder } from "./update-order.js";

/** What a solve needs of who touches whom, and of nothing else: found once, it serves all solves of a section. */
export interface Arrangement extends UpdateOrder {
  /** The next coarser level; undefined where it is not wanted. */
  readonly coarse: CoarseGraph | undefined;
}

/** Coarse rows that make up a block: where they touch, blocks do. */
export const ROWS_PER_BLOCK = SPOTS_PER_BLOCK / ROWS_PER_RUN;

/** @param isCoarse whether a coarser level is wanted */
export function arrangeLevel(level: LevelGraph, isCoarse: boolean, allocate: Allocate): Arrangement {
  const { graph, spatialOrder } = level;
  const coarse = isCoarse ? coarsen(level, allocate) : undefined;
  const coloring = coarse
    ? colorBlocks(coarse.graph, undefined, ROWS_PER_BLOCK)
    : colorBlocks(graph, spatialOrder);
  const order = allocate(Int32Array, graph.spotCount);
  return { coarse, ...updateOrder(graph, spatialOrder, order, coloring) };
}
