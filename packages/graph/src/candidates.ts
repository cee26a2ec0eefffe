/** The best so far for one spot or several, k slots each, ascending by (squared distance, spot). */
export interface Candidates {
  readonly neighborCount: number;
  readonly distances: Float64Array;
  readonly places: Int32Array;
}

export function buildCandidates(neighborCount: number, searcherCount: number): Candidates {
  return {
    neighborCount,
    distances: new Float64Array(searcherCount * neighborCount),
    places: new Int32Array(searcherCount * neighborCount),
  };
}

/** Puts a place among the slots `first .. last`, and what is in the last of them out. It must be nearer than that one. */
export function insertCandidate(
  { distances, places }: Candidates,
  spots: Int32Array,
  first: number,
  last: number,
  distance: number,
  place: number,
): void {
  let i = last;
  for (; i > first; i--) {
    const before = distances[i - 1];
    if (before < distance || (before === distance && spots[places[i - 1]] < spots[place])) break;
    distances[i] = before;
    places[i] = places[i - 1];
  }
  distances[i] = distance;
  places[i] = place;
}
