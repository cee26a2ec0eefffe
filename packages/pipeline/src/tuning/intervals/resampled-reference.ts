import type { ReferenceSignature } from "@flashdeconv/core";
import { buildStream, nextBelow, nextPoisson, startStream, streamKey } from "@flashdeconv/core/internal";
import type { CellsByType } from "./cells-by-type.js";

const PURPOSE = 32;

/**
 * The signature that other cells of the same tissue might have given: with as many of each type drawn among those that are there, or where too
 * few are kept, with the noise of their counts.
 *
 * @param cellCounts K cells of each type; 0 where nobody knows, whose mean stays
 */
export function resampledReference(
  { typeNames, geneNames, values }: ReferenceSignature,
  cellCounts: Float64Array,
  cells: CellsByType | undefined,
  seed: number,
): ReferenceSignature {
  const geneCount = geneNames.length;
  const key = streamKey(seed, PURPOSE);
  const stream = buildStream();
  const out = values.slice();
  const change = new Float64Array(geneCount);
  for (let k = 0; k < typeNames.length; k++) {
    const row = out.subarray(k * geneCount, (k + 1) * geneCount);
    const cellCount = cellCounts[k];
    if (!(cellCount > 0)) continue;
    startStream(stream, key, k);
    const own = cells?.types[k];
    change.fill(0);
    if (own && cells) {
      const { indptr, indices, values: counts } = cells;
      const kept = own.end - own.first;
      const times = new Float64Array(kept).fill(-1);
      for (let i = 0; i < kept; i++) times[nextBelow(stream, kept)]++;
      // Means of more cells than were kept vary less.
      const scale = Math.sqrt(kept / Math.max(kept, cellCount)) / kept;
      for (let i = 0; i < kept; i++) {
        const cell = own.first + i;
        for (let e = indptr[cell]; e < indptr[cell + 1]; e++)
          change[indices[e]] += scale * times[i] * counts[e];
      }
    } else {
      for (let g = 0; g < geneCount; g++) {
        if (row[g] > 0) change[g] = nextPoisson(stream, row[g] * cellCount) / cellCount - row[g];
      }
    }
    const before = row.slice();
    let sum = 0;
    for (let g = 0; g < geneCount; g++) {
      // Sums of cells' counts are whole, as all that looks at them takes them to be.
      row[g] = Math.max(0, Math.round((row[g] + change[g]) * cellCount)) / cellCount;
      sum += row[g];
    }
    if (!(sum > 0)) row.set(before);
  }
  return { typeNames, geneNames, values: out };
}
