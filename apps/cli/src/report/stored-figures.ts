import type { DenseChunk } from "@flashdeconv/core";
import type { AnnDataContents, Column } from "@flashdeconv/io-zarr";

/** What an index shows of a result, as a store holds it. */
export interface StoredFigures {
  readonly amount?: "rna" | "cells";
  readonly spotCount: number;
  /** Spots with an answer of their own. */
  readonly ownCount?: number;
  readonly types: readonly string[];
  /** Left out where the reference does not describe the section. */
  readonly shares?: readonly number[];
}

export async function storedFigures(
  { spotCount, obs, obsm, uns }: AnnDataContents,
  key: string,
  { isRed, signal }: { readonly isRed: boolean; readonly signal: AbortSignal },
): Promise<StoredFigures> {
  const { columnNames: types = [], values } = obsm?.[key] ?? {};
  const ownCount = countOk(obs?.find((column) => column.name === `${key}_status`));
  if (isRed || values === undefined) return { spotCount, ownCount, types };
  const sums = new Float64Array(types.length);
  let answered = 0;
  for await (const chunk of values.chunks({ signal })) answered += addRows(chunk, sums);
  const { amount } = (uns?.[`${key}_params`] ?? {}) as { readonly amount?: "rna" | "cells" };
  const shares = Array.from(sums, (sum) => sum / Math.max(1, answered));
  return { amount, spotCount, ownCount, types, shares };
}

function addRows({ values, spotCount, width }: DenseChunk, sums: Float64Array): number {
  let answered = 0;
  for (let row = 0; row < spotCount; row++) {
    if (Number.isNaN(values[row * width])) continue;
    answered++;
    for (let k = 0; k < width; k++) sums[k] += values[row * width + k];
  }
  return answered;
}

function countOk(column: Column | undefined): number | undefined {
  if (column?.kind !== "categorical") return undefined;
  const ok = column.categories.indexOf("ok");
  let count = 0;
  for (const code of column.codes) if (code === ok) count++;
  return count;
}
