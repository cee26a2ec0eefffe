import { type CsrChunk, ShapeError } from "@flashdeconv/core";
import {
  buildCountLogs,
  buildOrderedSum,
  fillCountLogs,
  finishOrderedSum,
  mergeOrderedSum,
  numbered,
  ORDERED_SUM_BLOCK,
  type OrderedSum,
  orderedSumAt,
} from "@flashdeconv/core/internal";
import { type AddRowMoments, chooseKernel, geneMomentsKernel, type KernelChoice } from "@flashdeconv/kernels";
import type { GeneMap } from "./gene-map.js";

/** Running moments of all genes; see `addMoments`. */
export interface MomentSums {
  readonly geneCount: number;
  spotCount: number;
  /** Three numbers per gene side by side: sum of v, sum of v^2, sum of raw counts. */
  readonly sums: OrderedSum;
}

/** Per-gene moments over all spots, zeros included, of v = ln(1 + 1e4 y / library size). */
export interface GeneMoments {
  readonly spotCount: number;
  readonly mean: Float64Array;
  /** Sample variance (divided by spots - 1); 0 for a single spot. */
  readonly variance: Float64Array;
  /** Sum of the raw counts, not of v: divided by `spotCount` it is the mean that `pearsonScale` takes. */
  readonly rawTotal: Float64Array;
}

/** Gene selection always looks at this scale, whatever the spots are normalised to later. */
const TARGET_SUM = 1e4;

export function buildMoments(geneCount: number): MomentSums {
  return { geneCount, spotCount: 0, sums: buildOrderedSum(3 * geneCount) };
}

/** Takes chunks of raw counts into moments. One per thread: it may hold memory that is written to. */
export type MomentAdder = (moments: MomentSums, chunk: CsrChunk) => void;

/**
 * What takes raw counts into the moments of their genes; the library size of a spot is its total over all shared genes, at
 * least 1. Chunks must come in ascending order. Any chunking gives the same bits, because the sums are ordered by spot (see
 * core's OrderedSum).
 *
 * The map says which column is which gene; columns of no gene are skipped. Moments do not care for the order of genes in a row, so
 * a chunk need not be narrowed and sorted for them.
 *
 * @param kernels `"auto"` by default: WebAssembly where the runtime has it with SIMD. The bits are the same either way.
 * @throws OptionError for `"wasm"` where there is none; the adder throws ShapeError when the chunk or the moments have another number
 *   of genes.
 */
export function buildMomentAdder(map: GeneMap, kernels: KernelChoice = "auto"): MomentAdder {
  const twin = rowAdder(map);
  const add = chooseKernel(kernels, () => geneMomentsKernel(map, TARGET_SUM, twin)) ?? twin;
  return (moments, chunk) => {
    checkWidth(moments, chunk, map);
    addBlocks(moments, chunk, add);
  };
}

/**
 * The same for one chunk, without a kernel. Without a map the chunk's columns are the shared genes.
 *
 * @throws ShapeError when the chunk or the map has another number of genes.
 */
export function addMoments(moments: MomentSums, chunk: CsrChunk, map?: GeneMap): void {
  checkWidth(moments, chunk, map);
  addBlocks(moments, chunk, rowAdder(map));
}

/** Hands the rows of each block of the ordered sums to `add`. */
function addBlocks(moments: MomentSums, chunk: CsrChunk, add: AddRowMoments): void {
  const { spotStart, spotCount } = chunk;
  for (let start = 0; start < spotCount; ) {
    const spot = spotStart + start;
    const blockEnd = (Math.floor(spot / ORDERED_SUM_BLOCK) + 1) * ORDERED_SUM_BLOCK;
    const end = Math.min(spotCount, blockEnd - spotStart);
    add(orderedSumAt(moments.sums, spot), chunk, start, end);
    start = end;
  }
  moments.spotCount += spotCount;
}

/** The twin of the kernel packages/kernels/assembly/gene-moments.ts: each gene's sums take the spots in order. */
function rowAdder(map?: GeneMap): AddRowMoments {
  const geneOfColumn = map?.geneOfColumn;
  const logs = buildCountLogs();
  return (sums, { indptr, indices, values }, first, last) => {
    for (let row = first; row < last; row++) {
      const start = indptr[row];
      const end = indptr[row + 1];
      let librarySize = 0;
      let greatest = 0;
      let isWhole = true;
      for (let i = start; i < end; i++) {
        if (geneOfColumn !== undefined && geneOfColumn[indices[i]] < 0) continue;
        const count = values[i];
        librarySize += count;
        if (count > greatest) greatest = count;
        if (!(count >= 0 && Math.floor(count) === count)) isWhole = false;
      }
      const scale = TARGET_SUM / Math.max(librarySize, 1);
      // No table for values that are not raw counts, or so great that it would be longer than the row.
      const isTabled = isWhole && fillCountLogs(logs, scale, greatest, end - start);
      for (let i = start; i < end; i++) {
        const gene = geneOfColumn === undefined ? indices[i] : geneOfColumn[indices[i]];
        if (gene < 0) continue;
        const count = values[i];
        const value = isTabled ? logs[count | 0] : Math.log1p(scale * count);
        const at = 3 * gene;
        sums[at] += value;
        sums[at + 1] += value * value;
        sums[at + 2] += count;
      }
    }
  };
}

function checkWidth({ geneCount }: MomentSums, { width }: CsrChunk, map?: GeneMap): void {
  const expected = map ? map.geneOfColumn.length : geneCount;
  if (width === expected && (!map || map.geneCount === geneCount)) return;
  throw new ShapeError({
    subject: "gene moments",
    found: `a chunk of ${numbered(width, "gene")}${map ? `, a map of ${numbered(map.geneCount, "gene")}` : ""}`,
    expected: map ? `${expected} and ${geneCount}` : `${numbered(geneCount, "gene")}`,
    remedy: "Narrow the source to the shared genes first, or give the map from its columns to them.",
  });
}

/** Takes in the moments of the spots that follow. Each range but the last must end at a multiple of ORDERED_SUM_BLOCK. */
export function mergeMoments(moments: MomentSums, next: MomentSums): void {
  moments.spotCount += next.spotCount;
  mergeOrderedSum(moments.sums, next.sums);
}

/** @throws ShapeError when there was no spot. */
export function finishMoments({ geneCount, spotCount, sums }: MomentSums): GeneMoments {
  if (spotCount === 0) {
    throw new ShapeError({
      subject: "gene moments",
      found: "no spot",
      expected: "at least one",
      remedy: "Give spatial data with a spot in it.",
    });
  }
  const totals = finishOrderedSum(sums);
  const mean = new Float64Array(geneCount);
  const variance = new Float64Array(geneCount);
  const rawTotal = new Float64Array(geneCount);
  for (let gene = 0; gene < geneCount; gene++) {
    const total = totals[3 * gene];
    mean[gene] = total / spotCount;
    const squares = totals[3 * gene + 1] - total * mean[gene];
    // Rounding may leave a constant gene a hair below 0.
    variance[gene] = Math.max(squares, 0) / Math.max(spotCount - 1, 1);
    rawTotal[gene] = totals[3 * gene + 2];
  }
  return Object.freeze({ spotCount, mean, variance, rawTotal });
}
