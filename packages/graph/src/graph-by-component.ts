import type { Coordinates, NeighborGraph } from "@flashdeconv/core";
import { checkCoordinates } from "./check-coordinates.js";
import { coordinatesOf, splitComponents } from "./components.js";
import { checkEdgeCount } from "./graph-options.js";

/**
 * Builds the graph of each component of the coordinates by itself, one after the other, and joins them: no neighbours lie in two
 * components. `build` is given the coordinates of one component, its spots ascending, without components.
 *
 * Memory beside the result: one component's search, and the entries of the graphs until they are joined (4 bytes an entry, once
 * more than the result has). A single component is handed through without a copy.
 *
 * @throws what `build` throws; ShapeError for components that do not fit, CoordinateError naming the first bad spot, OptionError
 *   where the joined graph has more entries than can be counted.
 */
export function graphByComponent(
  coordinates: Coordinates,
  build: (coordinates: Coordinates) => NeighborGraph,
): NeighborGraph {
  // All at once, so that a bad spot is named by its own number.
  const spotCount = checkCoordinates(coordinates);
  const parts = splitComponents(coordinates);
  if (parts.length === 1) return build({ dimension: coordinates.dimension, values: coordinates.values });

  const indptr = new Int32Array(spotCount + 1);
  const entries: (Int32Array | undefined)[] = [];
  let edgeCount = 0;
  for (const { spots } of parts) {
    const graph = build(coordinatesOf(coordinates, spots));
    for (let i = 0; i < spots.length; i++) indptr[spots[i] + 1] = graph.indptr[i + 1] - graph.indptr[i];
    // Spots ascend within a component, so the rows stay in order.
    const { indices } = graph;
    for (let i = 0; i < indices.length; i++) indices[i] = spots[indices[i]];
    entries.push(indices);
    edgeCount += indices.length;
  }
  checkEdgeCount(edgeCount, Math.ceil(edgeCount / spotCount));
  for (let spot = 0; spot < spotCount; spot++) indptr[spot + 1] += indptr[spot];

  const indices = new Int32Array(edgeCount);
  for (const [number, { spots }] of parts.entries()) {
    const own = entries[number] ?? indices;
    for (let i = 0, from = 0; i < spots.length; i++) {
      const start = indptr[spots[i]];
      const length = indptr[spots[i] + 1] - start;
      for (let j = 0; j < length; j++) indices[start + j] = own[from + j];
      from += length;
    }
    // Joined: its memory may go before the next one's is read.
    entries[number] = undefined;
  }
  return { spotCount, indptr, indices };
}
