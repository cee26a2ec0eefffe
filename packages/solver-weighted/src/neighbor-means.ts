import type { StatArray, Tile } from "@flashdeconv/solver";

/**
 * Writes to `out`, for each of the tile's spots, the mean of its neighbours' proportions; the tissue's where none has an answer, or where
 * neighbours are not looked at.
 *
 * @param abundance rows x K
 * @param tissue its K proportions, and whether neighbours are looked at
 * @param out spots x K
 */
export function neighborMeans(
  { spots, indptr, indices }: Pick<Tile, "spots" | "indptr" | "indices">,
  abundance: StatArray,
  tissue: { readonly composition: Float64Array; readonly isCoupled: boolean },
  out: StatArray,
): void {
  const { composition, isCoupled } = tissue;
  const typeCount = composition.length;
  const mean = new Float64Array(typeCount);
  for (let i = 0; i < spots.length; i++) {
    mean.fill(0);
    let count = 0;
    const end = isCoupled ? indptr[spots[i] + 1] : 0;
    for (let edge = indptr[spots[i]]; edge < end; edge++) {
      const at = indices[edge] * typeCount;
      let total = 0;
      for (let k = 0; k < typeCount; k++) total += abundance[at + k];
      if (!(total > 0)) continue;
      count++;
      for (let k = 0; k < typeCount; k++) mean[k] += abundance[at + k] / total;
    }
    for (let k = 0; k < typeCount; k++) out[i * typeCount + k] = count > 0 ? mean[k] / count : composition[k];
  }
}
