import type { DeconvolveOptions } from "../../contracts/options.js";

/**
 * Whether a solve with these options looks at neighbours: not with a solver of independent spots, nor where the strength of smoothing
 * is set to nothing. Without, a section needs no coordinates.
 */
export function wantsNeighbors({
  solver,
  smoothing,
  solverOptions,
  platform,
}: Pick<DeconvolveOptions, "solver" | "smoothing" | "solverOptions" | "platform">): boolean {
  if (solver.coupling === "independent") return false;
  if (smoothing !== undefined) return smoothing !== "none" && smoothing !== 0;
  if (platform !== undefined || solver.smoothing === undefined) return true;
  const resolved = solver.resolveOptions(solverOptions) as Record<string, unknown>;
  return resolved[solver.smoothing.option] !== 0;
}
