import type { StatArray } from "../solver.js";

/** Where statistics and abundances lie that are not in memory, strip by strip, rows in the order of positions. */
export interface StripStore {
  /** Fills `rows` (strip's spots x statWidth). */
  loadStatistics(strip: number, rows: StatArray): Promise<void>;
  /** Fills `rows` (strip's spots x K) with what was stored before the last `keep`, be it in single or double precision. */
  loadAbundance(strip: number, rows: StatArray): Promise<void>;
  /** Takes a strip's abundances, beside those that are kept. `rows` may change once this has resolved. */
  storeAbundance(strip: number, rows: StatArray): Promise<void>;
  /** All strips have been stored: they replace the ones that were kept. */
  keep(): void;
}
