/** Memory for rows on their way from one order to another, for each such way. */
export const SCATTER_BYTES = 48 * 2 ** 20;

/**
 * Bytes of files that a solve on scratch makes, those of the statistics themselves not counted. Abundances count as doubles, which they may
 * have to become.
 */
export function scratchBytes(
  spotCount: number,
  statWidth: number,
  typeCount: number,
  precision: "float64" | "float32",
): number {
  const bytesPerNumber = precision === "float32" ? 4 : 8;
  const statistics = statWidth * bytesPerNumber + 4;
  const abundances = 2 * typeCount * 8;
  const proportions = typeCount * bytesPerNumber + 4;
  return spotCount * (statistics + abundances + proportions);
}
