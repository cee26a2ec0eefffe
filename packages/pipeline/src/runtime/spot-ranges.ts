import type { SpotRange } from "@flashdeconv/core";

/** What ranges, in any order, leave of one: ascending. Those that reach into each other do no harm. */
export function gapsBetween(ranges: readonly SpotRange[], { start, end }: SpotRange): SpotRange[] {
  const gaps: SpotRange[] = [];
  let from = start;
  for (const range of [...ranges].sort((a, b) => a.start - b.start)) {
    if (range.start >= end) break;
    if (range.start > from) gaps.push({ start: from, end: range.start });
    from = Math.max(from, range.end);
  }
  if (from < end) gaps.push({ start: from, end });
  return gaps;
}

export function coversAll(ranges: readonly SpotRange[], spotCount: number): boolean {
  return gapsBetween(ranges, { start: 0, end: spotCount }).length === 0;
}

/** A range in pieces of so many spots, which begin at multiples of that. */
export function cutRange({ start, end }: SpotRange, size: number): SpotRange[] {
  const ranges: SpotRange[] = [];
  for (let from = start; from < end; ) {
    const to = Math.min((Math.floor(from / size) + 1) * size, end);
    ranges.push({ start: from, end: to });
    from = to;
  }
  return ranges;
}
