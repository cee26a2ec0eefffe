import { OptionError } from "./errors.js";
import type { SpotRange } from "./source.js";

/** The range a pass will yield: the asked one, checked against the source, or the whole. */
export function resolveSpotRange(spotCount: number, range?: SpotRange): SpotRange {
  if (range === undefined) return { start: 0, end: spotCount };
  const { start, end } = range;
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > spotCount) {
    throw new OptionError({
      option: "spotRange",
      value: range,
      rule: `whole numbers 0 <= start <= end <= ${spotCount}`,
    });
  }
  return range;
}
