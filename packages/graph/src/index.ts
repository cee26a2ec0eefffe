/**
 * Which spots are neighbours, and an order of spots that keeps close ones together.
 *
 * @example
 * import { buildNeighborGraph, meanDegree } from "@flashdeconv/graph";
 *
 * const coordinates = { dimension: 2 as const, values: Float64Array.of(0, 0, 1, 0, 5, 0) }; // x, y of 3 spots
 * const graph = buildNeighborGraph(coordinates, { kind: "knn", neighborCount: 1 });
 * console.log(graph.indices); // 1, 0, 2, 1: the neighbours of spot 0, of spot 1 (two), of spot 2
 * console.log(meanDegree(graph)); // 1.33...
 */

export { buildNeighborGraph } from "./build-neighbor-graph.js";
export { type GraphKind, type GraphOptions, resolveGraphOptions } from "./graph-options.js";
export { meanDegree } from "./mean-degree.js";
export { spatialOrder } from "./spatial-order.js";
