import type { OrderedSum } from "@flashdeconv/core/internal";

/** An ordered sum as arrays: level, index and whether it is open, of each node; their sums one after the other. */
export function packSum({ width, nodes, open }: OrderedSum) {
  const all = open ? [...nodes, open] : nodes;
  const places = new Float64Array(3 * all.length);
  const sums = new Float64Array(width * all.length);
  for (const [i, node] of all.entries()) {
    places.set([node.level, node.index, node === open ? 1 : 0], 3 * i);
    sums.set(node.sums, width * i);
  }
  return { places, sums };
}

/** What `packSum` was given. */
export function unpackSum(width: number, places: Float64Array, sums: Float64Array): OrderedSum {
  const all = Array.from({ length: places.length / 3 }, (_, i) => ({
    level: places[3 * i],
    index: places[3 * i + 1],
    sums: sums.slice(width * i, width * (i + 1)),
  }));
  const isOpen = places.at(-1) === 1;
  return { width, nodes: isOpen ? all.slice(0, -1) : all, open: isOpen ? all.at(-1) : undefined };
}
