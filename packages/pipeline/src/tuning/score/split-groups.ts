import type { CsrChunk } from "@flashdeconv/core";
import { freeArray } from "@flashdeconv/core/internal";
import type { CountModel } from "@flashdeconv/solver-weighted";
import { depthsOf } from "../../stages/survey/sample-totals.js";
import { thinCounts } from "../thin-counts.js";
import { poolRows, type SpotGroups } from "./pool-spots.js";
import type { Halves } from "./replicated-variation.js";

/** Counts that a group of spots should have for its mix of types to be told. */
const GROUP_COUNTS = 2000;
/** No group counts for more than so many times the middle one. */
const MOST_SIZE = 4;

/** Spots that a group should have, of so many counts each. */
export const groupSize = (meanDepth: number, counts = GROUP_COUNTS): number =>
  Math.max(1, Math.ceil(counts / meanDepth));

/** The counts of groups of spots, each single count in one half or the other. */
export function splitGroups(
  { counts, spots }: { readonly counts: CsrChunk; readonly spots: Int32Array },
  groups: SpotGroups,
  { weights, shares }: Pick<CountModel, "weights" | "shares">,
): Halves {
  const thinned = thinCounts(counts, spots);
  const [first, second] = [thinned.first, thinned.second].map((half) => poolRows(half, groups));
  for (const { values } of [thinned.first, thinned.second]) freeArray(values);
  return { first, second, weights, shares, sizes: sizesOf(first, second) };
}

/** What each group counts for: its counts, but no more than some times the middle one, and nothing where a half has none. */
function sizesOf(first: CsrChunk, second: CsrChunk): Float64Array {
  const [a, b] = [first, second].map(depthsOf);
  const sizes = a.map((depth, i) => (depth > 0 && b[i] > 0 ? depth + b[i] : 0));
  const sorted = sizes.filter((size) => size > 0).sort();
  const most = MOST_SIZE * (sorted.length > 0 ? sorted[sorted.length >> 1] : 0);
  return sizes.map((size) => Math.min(size, most));
}
