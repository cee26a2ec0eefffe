/**
 * Puts whole sections together in at most so many pieces of about the same number of spots: the largest first, each to what has least.
 *
 * @returns places of sections, ascending, of each piece; pieces in the order of their first sections
 */
export function groupSections(spotCounts: readonly number[], most: number): number[][] {
  const groups = Array.from({ length: Math.min(most, spotCounts.length) }, () => ({
    spots: 0,
    sections: [] as number[],
  }));
  const bySize = [...spotCounts.keys()].sort((a, b) => spotCounts[b] - spotCounts[a]);
  for (const section of bySize) {
    const least = groups.reduce((a, b) => (b.spots < a.spots ? b : a));
    least.spots += spotCounts[section];
    least.sections.push(section);
  }
  const found = groups.map(({ sections }) => sections.sort((a, b) => a - b));
  return found.sort(([a], [b]) => a - b);
}
