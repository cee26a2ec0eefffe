import type { SpotRange } from "@flashdeconv/core";
import { mixWord, ORDERED_SUM_BLOCK } from "@flashdeconv/core/internal";
import { SURVEYED_SHARE, SURVEYED_SPOTS } from "../../runtime/sample-size.js";

/**
 * The spots whose counts are summed before the pass over all of them: one block of each stratum of the section, drawn by a hash, so that
 * they are spread over it however its spots are ordered. Depends on the number of spots alone.
 *
 * @returns ascending ranges; undefined where the blocks would be half of the section or more: then all spots are to be read
 */
export function surveyedRanges(spotCount: number): SpotRange[] | undefined {
  const blockCount = Math.ceil(spotCount / ORDERED_SUM_BLOCK);
  // One more: the last block of a section may be a short one.
  const strataCount = Math.ceil(Math.max(SURVEYED_SPOTS, SURVEYED_SHARE * spotCount) / ORDERED_SUM_BLOCK) + 1;
  if (2 * strataCount > blockCount) return undefined;
  return Array.from({ length: strataCount }, (_, stratum) => {
    const first = Math.floor((stratum * blockCount) / strataCount);
    const end = Math.floor(((stratum + 1) * blockCount) / strataCount);
    const start = ORDERED_SUM_BLOCK * (first + ((mixWord(stratum + 1) >>> 0) % (end - first)));
    return { start, end: Math.min(start + ORDERED_SUM_BLOCK, spotCount) };
  });
}

/** What is wanted of a section: spots whose counts are summed, and spots whose rows are. */
export interface WantedSpots {
  /** Ascending and apart, at whole blocks of ordered sums. */
  readonly ranges: readonly SpotRange[];
  /** Ascending. */
  readonly spots: Int32Array;
}

/** Spots of a range that are wanted, each once. */
export function countWanted({ ranges, spots }: WantedSpots, { start, end }: SpotRange): number {
  let count = 0;
  for (const one of ranges) count += Math.max(0, Math.min(one.end, end) - Math.max(one.start, start));
  let next = 0;
  for (const spot of spots) {
    if (spot < start || spot >= end) continue;
    while (next < ranges.length && ranges[next].end <= spot) next++;
    if (next === ranges.length || spot < ranges[next].start) count++;
  }
  return count;
}

/**
 * The parts of a range to read for what is wanted of it.
 *
 * @param readTogether spots that are read in any case where one of them is: gaps as short are read through
 */
export function spansToRead(
  { ranges, spots }: WantedSpots,
  { start, end }: SpotRange,
  readTogether: number,
): SpotRange[] {
  const wanted = [
    ...ranges.map((one) => ({ start: Math.max(one.start, start), end: Math.min(one.end, end) })),
    ...Array.from(spots, (spot) => ({ start: spot, end: spot + 1 })),
  ].filter((one) => one.start < one.end && one.start >= start && one.end <= end);
  wanted.sort((a, b) => a.start - b.start);
  const spans: { start: number; end: number }[] = [];
  for (const one of wanted) {
    const last = spans.at(-1);
    if (last && one.start - last.end <= readTogether) last.end = Math.max(last.end, one.end);
    else spans.push({ ...one });
  }
  return spans;
}
