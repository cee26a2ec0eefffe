import type { NeighborGraph } from "@flashdeconv/core";
import type { StatArray } from "../src/index.js";
import {
  arrangeStrips,
  type CoarseGraph,
  type StripLayout,
  type StripNeighbors,
  type StripStore,
  spotsOfStrip,
} from "../src/internal.js";

/** What an arrangement finds, all of it in memory. */
export interface ArrangedStrips {
  readonly layout: StripLayout;
  /** The spot at each position. */
  readonly spotAt: Int32Array;
  /** By strip. */
  readonly neighbors: readonly StripNeighbors[];
  readonly coarse: CoarseGraph;
}

export async function arrangeInMemory(
  graph: NeighborGraph,
  spatialOrder: Int32Array | undefined,
  options: { readonly blocksPerStrip?: number },
): Promise<ArrangedStrips> {
  const neighbors: StripNeighbors[] = [];
  let found: CoarseGraph | undefined;
  const layout = await arrangeStrips(
    graph,
    spatialOrder,
    {
      keepCoarse: (coarse) => {
        found = { ...coarse, rowOf: new Int32Array(0) };
      },
      keepNeighbors: ({ indptr, indices }) => {
        neighbors.push({ indptr: indptr.slice(), indices: indices.slice() });
      },
    },
    options,
  );
  const spotAt = new Int32Array(graph.spotCount);
  for (let strip = 0; strip < neighbors.length; strip++) {
    spotAt.set(spotsOfStrip(layout, strip, spatialOrder), layout.stripStarts[strip]);
  }
  if (!found) throw new Error("no coarse level");
  return { layout, spotAt, neighbors, coarse: found };
}

/** Strips that lie in memory after all, to compare with; counts how often statistics are read. */
export function memoryStripStore(
  { layout: { spotCount, stripStarts }, spotAt, neighbors, coarse }: ArrangedStrips,
  statistics: StatArray,
  typeCount: number,
): StripStore & { readonly statisticsLoads: () => number } {
  const statWidth = statistics.length / spotCount;
  let kept = new Map<number, StatArray>();
  let next = new Map<number, StatArray>();
  let loads = 0;
  return {
    statisticsLoads: () => loads,
    loadNeighbors: async (strip) => neighbors[strip],
    loadCoarse: async () => coarse,
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
