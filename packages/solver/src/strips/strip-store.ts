import type { Allocate } from "@flashdeconv/core/internal";
import type { CoarseGraph } from "../coarse-level.js";
import type { StatArray } from "../solver.js";
import type { StripNeighbors } from "./strip-layout.js";

/** Where neighbours, statistics and abundances lie that are not in memory, strip by strip, rows in the order of positions. */
export interface StripStore {
  /** Neighbours of a strip's spots, as `arrangeStrips` handed them over; the caller's until the next are loaded. */
  loadNeighbors(strip: number): Promise<StripNeighbors>;
  /** The first coarse level, as `arrangeStrips` handed it over but for `rowOf`, in memory of the allocator. */
  loadCoarse(allocate: Allocate): Promise<CoarseGraph>;
  /** Fills `rows` (strip's spots x statWidth). */
  loadStatistics(strip: number, rows: StatArray): Promise<void>;
  /** Fills `rows` (strip's spots x K) with what was stored before the last `keep`, be it in single or double precision. */
  loadAbundance(strip: number, rows: StatArray): Promise<void>;
  /** Takes a strip's abundances, beside those that are kept. `rows` may change once this has resolved. */
  storeAbundance(strip: number, rows: StatArray): Promise<void>;
  /** All strips have been stored: they replace the ones that were kept. */
  keep(): void;
}
