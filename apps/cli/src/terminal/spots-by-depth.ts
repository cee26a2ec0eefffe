import { formatCount } from "@flashdeconv/results/internal";

/** Spots with fewer than so many counts, and no fewer than the number before. */
const LIMITS = [1, 10, 100, 1000, 10_000, Number.POSITIVE_INFINITY];

/** How many spots there are by their counts over the genes in use, from `from` on. */
export interface SpotsByDepth {
  readonly from: number;
  readonly spot_count: number;
}

export function spotsByDepth(counts: ArrayLike<number>): SpotsByDepth[] {
  const found = LIMITS.map(() => 0);
  for (let spot = 0; spot < counts.length; spot++) {
    found[LIMITS.findIndex((limit) => counts[spot] < limit)]++;
  }
  return found.map((spot_count, i) => ({ from: i === 0 ? 0 : LIMITS[i - 1], spot_count }));
}

/** As in "spots by counts: 3 of 0, 20 of 10 and more". */
export function depthText(found: readonly SpotsByDepth[]): string {
  const some = found.filter(({ spot_count }) => spot_count > 0);
  const told = some.map(({ from, spot_count }) => {
    const next = found.find((other) => other.from > from)?.from;
    const range =
      from === 0
        ? "0"
        : next === undefined
          ? `${formatCount(from)} and more`
          : `${formatCount(from)} to ${formatCount(next - 1)}`;
    return `${formatCount(spot_count)} with ${range}`;
  });
  return `spots by counts: ${told.join(", ")}`;
}
