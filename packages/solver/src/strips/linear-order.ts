import type { NeighborGraph } from "@flashdeconv/core";

/**
 * The rows of a graph in an order in which neighbours are near each other: breadth first, part by part, from a row at the
 * rim of its part. This is Cuthill and McKee's ordering (1969), and needs no coordinates.
 */
export function linearOrder(graph: NeighborGraph): Int32Array {
  const { spotCount } = graph;
  const order = new Int32Array(spotCount);
  const met = new Uint8Array(spotCount);
  const walked: Walked = { graph, order, met };
  let placed = 0;
  for (let row = 0; row < spotCount; row++) {
    if (met[row] > 0) continue;
    const end = walk(walked, row, 1, placed);
    walk(walked, order[end - 1], 2, placed);
    placed = end;
  }
  return order;
}

interface Walked {
  readonly graph: NeighborGraph;
  readonly order: Int32Array;
  /** 0: not met; 1: met from some row of the part; 2: met from its rim, and so placed. */
  readonly met: Uint8Array;
}

/** Writes all rows that can be reached from `first` to `order` from `start` on, the near ones first. Returns where they end. */
function walk(
  { graph: { indptr, indices }, order, met }: Walked,
  first: number,
  mark: 1 | 2,
  start: number,
): number {
  let end = start;
  order[end++] = first;
  met[first] = mark;
  for (let at = start; at < end; at++) {
    const row = order[at];
    for (let e = indptr[row]; e < indptr[row + 1]; e++) {
      const other = indices[e];
      if (met[other] === mark) continue;
      met[other] = mark;
      order[end++] = other;
    }
  }
  return end;
}
