import type { Coordinates, NeighborGraph } from "@flashdeconv/core";
import { graphByComponent } from "./graph-by-component.js";
import { type GraphOptions, resolveGraphOptions } from "./graph-options.js";
import { buildGridGraph } from "./grid-graph.js";
import { buildKnnGraph } from "./knn-graph.js";
import { buildRadiusGraph } from "./radius-graph.js";

/**
 * The neighbour graph that the options name; 6 nearest neighbours by default. Where the coordinates have components, each is
 * searched by itself, and no neighbours lie in two.
 *
 * @throws OptionError for an option out of range, ShapeError without a spot, CoordinateError for a coordinate that is not
 * finite.
 */
export function buildNeighborGraph(
  coordinates: Coordinates,
  options: Partial<GraphOptions> = {},
): NeighborGraph {
  const { kind, neighborCount, radius = 0, maxEdges } = resolveGraphOptions(options);
  if (coordinates.components) {
    return graphByComponent(coordinates, (part) => buildNeighborGraph(part, options));
  }
  switch (kind) {
    case "knn":
      return buildKnnGraph(coordinates, { neighborCount });
    case "radius":
      return buildRadiusGraph(coordinates, { radius, maxEdges });
    case "grid":
      return buildGridGraph(coordinates, { maxEdges });
  }
}
