import type { StreamOptions } from "@flashdeconv/core";
import { countDivider, type WantedExpression } from "./divide-counts.js";
import type { ExpressionInput } from "./expression-layers.js";
import { withRows } from "./with-rows.js";

/** Which region each spot lies in, -1 for none. */
export interface Regions {
  readonly codes: Int32Array;
  readonly count: number;
}

export interface SummedExpression {
  /** Regions x wanted types x wanted genes: expected counts. */
  readonly sums: Float64Array;
  /** Regions x wanted genes: counts of which no type is expected. */
  readonly unassigned: Float64Array;
  /** Counts of the wanted genes in all regions. */
  readonly observed: number;
  /** Spots of each region. */
  readonly spotCounts: Int32Array;
}

/** Expected counts of types, summed over regions in the order of spots, so that no sum depends on how the section is stored. */
export async function sumExpression(
  { counts, proportions, shares }: ExpressionInput,
  { codes, count }: Regions,
  { places, geneCount, types }: WantedExpression,
  {
    signal,
    onSpots,
  }: Pick<StreamOptions, "signal"> & { readonly onSpots?: (spotCount: number) => void } = {},
): Promise<SummedExpression> {
  const { typeCount } = shares;
  const sums = new Float64Array(count * types.length * geneCount);
  const unassigned = new Float64Array(count * geneCount);
  const spotCounts = new Int32Array(count);
  const divider = countDivider(shares);
  let observed = 0;
  for await (const { counts: chunk, rows } of withRows(counts, proportions, { signal })) {
    const { spotStart, indptr, indices, values } = chunk;
    for (let row = 0; row < chunk.spotCount; row++) {
      const region = codes[spotStart + row];
      if (region < 0) continue;
      spotCounts[region]++;
      for (let i = indptr[row]; i < indptr[row + 1]; i++) {
        const place = places[indices[i]];
        if (place < 0) continue;
        observed += values[i];
        if (!divider.divide(values[i], indices[i], rows, row * typeCount)) {
          unassigned[region * geneCount + place] += values[i];
          continue;
        }
        const from = region * types.length * geneCount + place;
        for (let t = 0; t < types.length; t++) sums[from + t * geneCount] += divider.parts[types[t]];
      }
    }
    onSpots?.(chunk.spotCount);
  }
  return { sums, unassigned, observed, spotCounts };
}
