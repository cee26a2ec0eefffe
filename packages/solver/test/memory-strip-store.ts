import type { StatArray } from "../src/index.js";
import type { StripLayout, StripStore } from "../src/internal.js";

/** Strips that lie in memory after all, to compare with; counts how often statistics are read. */
export function memoryStripStore(
  { spotCount, stripStarts, spotAt }: StripLayout,
  statistics: StatArray,
  typeCount: number,
): StripStore & { readonly statisticsLoads: () => number } {
  const statWidth = statistics.length / spotCount;
  let kept = new Map<number, StatArray>();
  let next = new Map<number, StatArray>();
  let loads = 0;
  return {
    statisticsLoads: () => loads,
    async loadStatistics(strip, rows) {
      loads++;
      for (let position = stripStarts[strip]; position < stripStarts[strip + 1]; position++) {
        const from = spotAt[position] * statWidth;
        rows.set(statistics.subarray(from, from + statWidth), (position - stripStarts[strip]) * statWidth);
      }
    },
    async loadAbundance(strip, rows) {
      const stored = kept.get(strip);
      if (stored?.length !== rows.length) throw new Error(`strip ${strip} was not stored`);
      rows.set(stored);
    },
    async storeAbundance(strip, rows) {
      if (rows.length !== (stripStarts[strip + 1] - stripStarts[strip]) * typeCount)
        throw new Error("wrong rows");
      next.set(strip, rows.slice());
    },
    keep() {
      kept = next;
      next = new Map();
    },
  };
}
