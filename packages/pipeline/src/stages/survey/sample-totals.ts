import type { CsrChunk } from "@flashdeconv/core";
import { librarySizes } from "@flashdeconv/normalize";

/** Counts of each row. */
export function depthsOf(counts: CsrChunk): Float64Array {
  const depths = new Float64Array(counts.spotCount);
  librarySizes(counts, depths);
  return depths;
}

/** Counts of each gene over all rows. */
export function geneTotals({ width, indices, values }: CsrChunk): Float64Array {
  const totals = new Float64Array(width);
  for (let i = 0; i < values.length; i++) totals[indices[i]] += values[i];
  return totals;
}
