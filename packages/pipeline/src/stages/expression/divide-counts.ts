import type { CsrChunk } from "@flashdeconv/core";
import type { GeneShares } from "./gene-shares.js";
import type { CountedRows } from "./with-rows.js";

/** Which columns of the counts and which types are wanted. */
export interface WantedExpression {
  /** For each column of the counts its place among the wanted genes, or -1. */
  readonly places: Int32Array;
  readonly geneCount: number;
  /** Columns of the proportions. */
  readonly types: Int32Array;
}

/** Divides single counts among the types of their spots. */
export interface CountDivider {
  /** K: what `divide` made last; expected counts of each type, which sum to the count. */
  readonly parts: Float64Array;
  /**
   * A count y of gene g in a spot of proportions p: y p_k s_kg / sum_l p_l s_lg, the mean of each type's counts given their sum, where
   * counts are Poisson. False where no type that the spot holds has the gene, or it holds none.
   */
  divide(count: number, gene: number, rows: Float64Array, start: number): boolean;
}

export function countDivider({ typeCount, values }: GeneShares): CountDivider {
  const parts = new Float64Array(typeCount);
  return {
    parts,
    divide(count, gene, rows, start) {
      let sum = 0;
      for (let k = 0; k < typeCount; k++) {
        const part = rows[start + k] * values[gene * typeCount + k];
        parts[k] = part;
        sum += part;
      }
      if (!(sum > 0)) return false;
      for (let k = 0; k < typeCount; k++) parts[k] *= count / sum;
      return true;
    },
  };
}

/** The wanted genes of a chunk: as they were counted, and what of that is expected of each wanted type. */
export interface DividedChunk {
  readonly observed: CsrChunk;
  readonly byType: readonly CsrChunk[];
  /** Counts of which no type is expected. */
  readonly unassigned: number;
}

export function divideChunk(
  { counts, rows }: CountedRows,
  divider: CountDivider,
  { places, geneCount, types }: WantedExpression,
): DividedChunk {
  const { spotCount, spotStart, indptr, indices, values } = counts;
  const typeCount = divider.parts.length;
  const room = indptr[spotCount];
  const filled = [undefined, ...types].map(() => openRows(spotCount, room));
  const [observed, ...byType] = filled;
  let unassigned = 0;
  for (let row = 0; row < spotCount; row++) {
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      const place = places[indices[i]];
      if (place < 0 || values[i] === 0) continue;
      put(observed, place, values[i]);
      if (!divider.divide(values[i], indices[i], rows, row * typeCount)) {
        unassigned += values[i];
        continue;
      }
      for (let t = 0; t < types.length; t++) put(byType[t], place, divider.parts[types[t]]);
    }
    for (const matrix of filled) matrix.indptr[row + 1] = matrix.count;
  }
  const chunkOf = ({ count, indptr: ends, indices: genes, values: amounts }: OpenRows): CsrChunk => ({
    kind: "csr",
    spotStart,
    spotCount,
    width: geneCount,
    indptr: ends,
    indices: genes.slice(0, count),
    values: amounts.slice(0, count),
  });
  return { observed: chunkOf(observed), byType: byType.map(chunkOf), unassigned };
}

interface OpenRows {
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
  count: number;
}

function openRows(spotCount: number, room: number): OpenRows {
  return {
    indptr: new Int32Array(spotCount + 1),
    indices: new Int32Array(room),
    values: new Float32Array(room),
    count: 0,
  };
}

function put(matrix: OpenRows, gene: number, amount: number): void {
  if (amount === 0) return;
  matrix.indices[matrix.count] = gene;
  matrix.values[matrix.count++] = amount;
}
