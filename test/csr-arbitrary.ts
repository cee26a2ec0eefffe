import type { CsrChunk } from "@flashdeconv/core";
import { sliceChunk } from "@flashdeconv/core/internal";
import fc from "fast-check";

export interface CsrArbitraryOptions {
  readonly maxSpots?: number;
  readonly maxGenes?: number;
  /** The values that are stored; counts from 0 (a zero written out) to 9 by default. */
  readonly value?: fc.Arbitrary<number>;
}

/** Small sparse matrices with empty rows and columns among them. */
export function csrMatrices(options: CsrArbitraryOptions = {}): fc.Arbitrary<CsrChunk> {
  const { maxSpots = 20, maxGenes = 12, value = fc.integer({ min: 0, max: 9 }) } = options;
  const entry = fc.option(value, { freq: 2 });
  return fc
    .integer({ min: 1, max: maxGenes })
    .chain((width) =>
      fc
        .array(fc.array(entry, { minLength: width, maxLength: width }), { minLength: 1, maxLength: maxSpots })
        .map((rows) => csrFrom(rows, width)),
    );
}

/** A matrix from its rows; `null` is a zero that is not stored. */
export function csrFrom(rows: readonly (readonly (number | null)[])[], width = rows[0].length): CsrChunk {
  const indices: number[] = [];
  const values: number[] = [];
  const indptr = Int32Array.of(0, ...rows.map(() => 0));
  rows.forEach((row, spot) => {
    row.forEach((value, gene) => {
      if (value === null) return;
      indices.push(gene);
      values.push(value);
    });
    indptr[spot + 1] = indices.length;
  });
  return {
    kind: "csr",
    spotStart: 0,
    spotCount: rows.length,
    width,
    indptr,
    indices: Int32Array.from(indices),
    values: Float32Array.from(values),
  };
}

/** The rows of a matrix with every zero written out. */
export function denseRows({ indptr, indices, values, spotCount, width }: CsrChunk): number[][] {
  return Array.from({ length: spotCount }, (_, spot) => {
    const row = new Array<number>(width).fill(0);
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) row[indices[i]] = values[i];
    return row;
  });
}

/** Chunk sizes that every result must be indifferent to. */
export const CHUNK_SIZES: readonly number[] = [1, 7, Number.POSITIVE_INFINITY];

/** Rows `start .. end` of a matrix as copied chunks of at most `size` rows. */
export function chunksOf(matrix: CsrChunk, size: number, start = 0, end = matrix.spotCount): CsrChunk[] {
  const chunks: CsrChunk[] = [];
  for (let from = start; from < end; from += size) {
    chunks.push(sliceChunk(matrix, from, Math.min(from + size, end)));
  }
  return chunks;
}
