/**
 * What other packages of flashdeconv need of this one. Not part of its public surface: any release may change it.
 *
 * @internal
 */

export type { RangeSearched } from "./candidates.js";
export { GRAPH_OPTIONS } from "./graph-options.js";
export { buildNeighborSearch, type NeighborSearch, searchByTree, searchRange } from "./neighbor-search.js";
export { joinNeighbors } from "./symmetric-union.js";
