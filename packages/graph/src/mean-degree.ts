import type { NeighborGraph } from "@flashdeconv/core";

/** Mean number of neighbours, over all spots. */
export function meanDegree({ indices, spotCount }: NeighborGraph): number {
  return indices.length / spotCount;
}
