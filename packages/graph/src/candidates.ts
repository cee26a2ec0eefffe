/** The lists that a search for nearest neighbours fills. */
export interface NeighborLists {
  /** k: at most N - 1. */
  readonly neighborCount: number;
  /** The nearest other spots of spot i from `k i` on. */
  readonly neighbors: Int32Array;
}

/** What a search of a range of places says. */
export interface RangeSearched {
  /** Steps taken, where they are counted; above the limit the lists are not whole. */
  readonly steps: number;
  /** Spots of the range that lie where another does. */
  readonly sharedCount: number;
}

/** The best so far for the spots at some places from `firstPlace` on, k slots each, ascending by (squared distance, spot). */
export interface Candidates {
  readonly neighborCount: number;
  readonly distances: Float64Array;
  readonly places: Int32Array;
  /** The spot at each place. */
  readonly spots: Int32Array;
  firstPlace: number;
}

export function buildCandidates(neighborCount: number, searcherCount: number, spots: Int32Array): Candidates {
  return {
    neighborCount,
    distances: new Float64Array(searcherCount * neighborCount),
    places: new Int32Array(searcherCount * neighborCount),
    spots,
    firstPlace: 0,
  };
}

/** Puts a place among the k slots from `first` on, and what is in the last of them out. It must be nearer than that one. */
export function insertCandidate(found: Candidates, first: number, distance: number, place: number): void {
  const { distances, places, spots } = found;
  let i = first + found.neighborCount - 1;
  for (; i > first; i--) {
    const before = distances[i - 1];
    if (before < distance || (before === distance && spots[places[i - 1]] < spots[place])) break;
    distances[i] = before;
    places[i] = places[i - 1];
  }
  distances[i] = distance;
  places[i] = place;
}

/** Writes the lists of the spots at `searcherCount` places from `firstPlace` on. */
export function listCandidates(found: Candidates, searcherCount: number, neighbors: Int32Array): void {
  const { neighborCount, places, spots, firstPlace } = found;
  for (let searcher = 0; searcher < searcherCount; searcher++) {
    const at = spots[firstPlace + searcher] * neighborCount;
    const slot = searcher * neighborCount;
    for (let i = 0; i < neighborCount; i++) neighbors[at + i] = spots[places[slot + i]];
  }
}

/** How many searchers have another spot at a distance of 0. */
export function countShared({ neighborCount, distances }: Candidates, searcherCount: number): number {
  let count = 0;
  for (let searcher = 0; searcher < searcherCount; searcher++)
    if (distances[searcher * neighborCount] === 0) count++;
  return count;
}
