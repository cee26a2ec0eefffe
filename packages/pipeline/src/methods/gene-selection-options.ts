import type { DeconvolveOptions } from "../contracts/options.js";

/** The options as the stage has them. */
export function geneSelectionOptions({
  highlyVariableCount,
  markersPerType,
}: Pick<DeconvolveOptions, "highlyVariableCount" | "markersPerType">) {
  return { highlyVariableCount, markersPerType };
}
