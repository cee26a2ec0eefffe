import type { CsrChunk } from "@flashdeconv/core";
import { below, randomNumbers, shuffledNumbers } from "./random-numbers.js";

/** Spots are mixed of so many types, and of so many cells. */
const TYPES_PER_SPOT = 3;
const CELLS_PER_SPOT = 6;

/** No spot gets more counts: from here on they tell little more. */
const MOST_COUNTS = 10_000;

/** Spots that were mixed of cells. N spots, K types. */
export interface MixedSpots {
  readonly counts: CsrChunk;
  /** N x K: the share of each type in the counts that a spot's are drawn from. */
  readonly truth: Float64Array;
}

/** Cells to mix, over the genes in use. */
export interface CellsToMix {
  readonly cells: CsrChunk;
  /** By type its cells; none of a type that is not to be mixed. */
  readonly cellsOf: readonly (readonly number[])[];
  /** G: what each gene's counts are multiplied by, as another chemistry sees them. */
  readonly factors: Float64Array;
}

/**
 * Mixes spots of known composition: three types in turn, six of their cells, and draws as many counts from them as the spot is deep.
 *
 * @param depths counts wanted of each spot
 */
export function mixCells(
  { cells, cellsOf, factors }: CellsToMix,
  depths: Float64Array,
  seed: number,
): MixedSpots {
  const { width: geneCount } = cells;
  const typeCount = cellsOf.length;
  const random = randomNumbers(seed);
  const mixed = Int32Array.from(cellsOf.keys()).filter((type) => cellsOf[type].length > 0);
  const truth = new Float64Array(depths.length * typeCount);
  const indptr = new Int32Array(depths.length + 1);
  const rows: { genes: Int32Array; values: Float32Array }[] = [];
  const pooled = new Float64Array(geneCount);
  const isSeen = new Uint8Array(geneCount);
  const nextType = typesInTurn(mixed, random);
  for (let spot = 0; spot < depths.length; spot++) {
    const own = Array.from({ length: mixed.length === 0 ? 0 : TYPES_PER_SPOT }, nextType);
    const seen: number[] = [];
    let total = 0;
    for (let i = 0; i < CELLS_PER_SPOT && own.length > 0; i++) {
      const type = own[i < own.length ? i : below(own.length, random)];
      const cell = cellsOf[type][below(cellsOf[type].length, random)];
      for (let j = cells.indptr[cell]; j < cells.indptr[cell + 1]; j++) {
        const gene = cells.indices[j];
        if (isSeen[gene] === 0) {
          isSeen[gene] = 1;
          seen.push(gene);
        }
        const amount = cells.values[j] * factors[gene];
        pooled[gene] += amount;
        truth[spot * typeCount + type] += amount;
        total += amount;
      }
    }
    for (const type of new Set(own)) truth[spot * typeCount + type] /= total;
    seen.sort((a, b) => a - b);
    const count = Math.min(MOST_COUNTS, Math.max(1, Math.round(depths[spot])));
    const row = drawCounts(seen, pooled, total > 0 ? count : 0, random);
    for (const gene of seen) pooled[gene] = isSeen[gene] = 0;
    rows.push(row);
    indptr[spot + 1] = indptr[spot] + row.genes.length;
  }
  const indices = new Int32Array(indptr[depths.length]);
  const values = new Float32Array(indices.length);
  for (const [spot, row] of rows.entries()) {
    indices.set(row.genes, indptr[spot]);
    values.set(row.values, indptr[spot]);
  }
  const counts: CsrChunk = {
    kind: "csr",
    spotStart: 0,
    spotCount: depths.length,
    width: geneCount,
    indptr,
    indices,
    values,
  };
  return { counts, truth };
}

/** All types in a random order, then all in another, so that each is mixed as often. */
function typesInTurn(types: Int32Array, random: () => number): () => number {
  let order: Int32Array = new Int32Array(0);
  let next = 0;
  return () => {
    if (next === order.length) {
      order = shuffledNumbers(types.length, random);
      next = 0;
    }
    return types[order[next++]];
  };
}

/** Draws counts of genes by their amounts. */
function drawCounts(
  genes: readonly number[],
  amounts: Float64Array,
  count: number,
  random: () => number,
): { readonly genes: Int32Array; readonly values: Float32Array } {
  const size = genes.length;
  const ends = new Float64Array(size);
  for (let i = 0, sum = 0; i < size; i++) ends[i] = sum += amounts[genes[i]];
  const total = ends[size - 1];
  // The first gene that a draw from each of as many equal parts can be of.
  const first = new Int32Array(size);
  for (let part = 0, i = 0; part < size; part++) {
    while (i < size - 1 && ends[i] <= (part / size) * total) i++;
    first[part] = i;
  }
  const drawn = new Float32Array(size);
  for (let draw = 0; draw < count; draw++) {
    const place = random();
    let i = first[Math.floor(place * size)];
    while (i < size - 1 && ends[i] <= place * total) i++;
    drawn[i]++;
  }
  return { genes: Int32Array.from(genes.filter((_, i) => drawn[i] > 0)), values: drawn.filter((n) => n > 0) };
}
