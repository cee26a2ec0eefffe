import type { CsrChunk } from "@flashdeconv/core";
import {
  buildStream,
  nextBelow,
  nextUniform,
  type RandomStream,
  startStream,
  streamKey,
} from "@flashdeconv/core/internal";
import { buildCsr, type CsrRow } from "../../runtime/csr-rows.js";

/** Spots are mixed of so many types, and of so many cells. */
const TYPES_PER_SPOT = 3;
const CELLS_PER_SPOT = 6;

/** What the random numbers are for, beside a seed. */
const MIXTURES = 0x4d495853;

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
  const random = buildStream();
  startStream(random, streamKey(seed, MIXTURES), 0);
  const mixed = Int32Array.from(cellsOf.keys()).filter((type) => cellsOf[type].length > 0);
  const truth = new Float64Array(depths.length * typeCount);
  const rows = buildCsr(geneCount, Float32Array);
  const pooled = new Float64Array(geneCount);
  const scratch = buildScratch(geneCount);
  const nextType = typesInTurn(mixed, random);
  for (let spot = 0; spot < depths.length; spot++) {
    const own = Array.from({ length: mixed.length === 0 ? 0 : TYPES_PER_SPOT }, nextType);
    let total = 0;
    for (let i = 0; i < CELLS_PER_SPOT && own.length > 0; i++) {
      const type = own[i < own.length ? i : nextBelow(random, own.length)];
      const cell = cellsOf[type][nextBelow(random, cellsOf[type].length)];
      let amount = 0;
      for (let j = cells.indptr[cell]; j < cells.indptr[cell + 1]; j++) {
        const gene = cells.indices[j];
        const counts = cells.values[j] * factors[gene];
        pooled[gene] += counts;
        amount += counts;
      }
      truth[spot * typeCount + type] += amount;
      total += amount;
    }
    for (const type of new Set(own)) truth[spot * typeCount + type] /= total;
    const count = Math.min(MOST_COUNTS, Math.max(1, Math.round(depths[spot])));
    rows.add(drawCounts(pooled, total > 0 ? count : 0, random, scratch));
    pooled.fill(0);
  }
  return { counts: rows.finish(), truth };
}

/** All types in a random order, then all in another, so that each is mixed as often. */
function typesInTurn(types: Int32Array, random: RandomStream): () => number {
  let order: Int32Array = new Int32Array(0);
  let next = 0;
  return () => {
    if (next === order.length) {
      order = orderOf(types.length, random);
      next = 0;
    }
    return types[order[next++]];
  };
}

/** The numbers below `count` in a random order. */
function orderOf(count: number, random: RandomStream): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = nextBelow(random, i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** Arrays that are used for every spot. G numbers each. */
interface Scratch {
  readonly genes: Int32Array;
  readonly ends: Float64Array;
  readonly first: Int32Array;
  readonly drawn: Float32Array;
}

function buildScratch(geneCount: number): Scratch {
  return {
    genes: new Int32Array(geneCount),
    ends: new Float64Array(geneCount),
    first: new Int32Array(geneCount),
    drawn: new Float32Array(geneCount),
  };
}

/** Draws counts of genes by their amounts. */
function drawCounts(
  amounts: Float64Array,
  count: number,
  random: RandomStream,
  { genes, ends, first, drawn }: Scratch,
): CsrRow {
  let size = 0;
  for (let gene = 0, sum = 0; gene < amounts.length; gene++) {
    if (!(amounts[gene] > 0)) continue;
    sum += amounts[gene];
    genes[size] = gene;
    drawn[size] = 0;
    ends[size++] = sum;
  }
  const total = size > 0 ? ends[size - 1] : 0;
  // The first gene that a draw from each of as many equal parts can be of.
  for (let part = 0, i = 0; part < size; part++) {
    while (i < size - 1 && ends[i] <= (part / size) * total) i++;
    first[part] = i;
  }
  let seen = 0;
  for (let draw = 0; draw < count; draw++) {
    const place = nextUniform(random);
    let i = first[Math.floor(place * size)];
    while (i < size - 1 && ends[i] <= place * total) i++;
    if (drawn[i]++ === 0) seen++;
  }
  const row = { indices: new Int32Array(seen), values: new Float32Array(seen) };
  for (let i = 0, next = 0; i < size; i++) {
    if (drawn[i] === 0) continue;
    row.indices[next] = genes[i];
    row.values[next++] = drawn[i];
  }
  return row;
}
