import type { MemoryFacts } from "../memory-facts.js";

/** Memory for rows on their way from one order to another, for each such way. */
export const SCATTER_BYTES = 48 * 2 ** 20;

/**
 * Bytes of files that a solve on scratch makes, those of the statistics themselves not counted. Abundances count as doubles, which they may
 * have to become.
 */
export function scratchBytes({
  spotCount,
  typeCount,
  tableWidth,
  precision,
}: Pick<MemoryFacts, "spotCount" | "typeCount" | "tableWidth" | "precision">): number {
  const bytesPerNumber = precision === "float32" ? 4 : 8;
  const statistics = (typeCount + 1) * bytesPerNumber + 4;
  const abundances = 2 * typeCount * 8;
  const answers = (typeCount + tableWidth) * bytesPerNumber + 4;
  return spotCount * (statistics + abundances + answers);
}
