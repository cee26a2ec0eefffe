import type { DeconvolveOptions } from "../../contracts/options.js";

/** The options as the stage has them. */
export function graphOptions({
  graph,
  neighborCount,
  radius,
}: Pick<DeconvolveOptions, "graph" | "neighborCount" | "radius">) {
  return { kind: graph, neighborCount, radius };
}
