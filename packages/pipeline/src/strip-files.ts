import type { StripLayout, StripStore } from "@flashdeconv/solver";
import type { GroupedRows } from "./row-scatter.js";
import { bytesOf, type Scratch } from "./scratch-use.js";

/** Strips whose statistics and abundances lie in scratch files: abundances in two, the kept ones and those being written. */
export async function stripFiles(
  scratch: Scratch,
  { stripStarts }: StripLayout,
  statistics: GroupedRows,
  typeCount: number,
): Promise<StripStore> {
  let kept = await scratch.create("abundance-1");
  let next = await scratch.create("abundance-2");
  const at = (strip: number, bytesPerNumber: number) => stripStarts[strip] * typeCount * bytesPerNumber;
  return {
    loadStatistics: (strip, rows) => statistics.load(strip, rows),
    loadAbundance: (strip, rows) => kept.read(bytesOf(rows), at(strip, rows.BYTES_PER_ELEMENT)),
    storeAbundance: (strip, rows) => next.write(bytesOf(rows), at(strip, rows.BYTES_PER_ELEMENT)),
    keep() {
      [kept, next] = [next, kept];
    },
  };
}
