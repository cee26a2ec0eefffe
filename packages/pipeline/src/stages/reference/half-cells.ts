import type { CsrChunk } from "@flashdeconv/core";
import { mixWord } from "@flashdeconv/core/internal";
import { buildRenumbering, renumberInPlace } from "@flashdeconv/select-genes/internal";
import type { HalfCells } from "../../contracts/inputs.js";
import { buildCsr, type CsrBuilder, type CsrRow } from "../../runtime/csr-rows.js";
import { narrow } from "../survey/narrow-sample.js";

/** Cells kept of all types together, and of each. They take 32 MiB at most, a third of that where cells have a thousand genes. */
const KEPT = { all: 1024, leastOfType: 8, mostOfType: 64 };
/** A kept cell of more counts is scaled down to so many: no spot is deeper than a few such cells. */
const MOST_COUNTS = 4096;

/** Sums over both halves of each type's cells, and some of the cells, gathered from chunks in their order. */
export interface HalfSums {
  readonly typeCount: number;
  readonly geneCount: number;
  readonly sums: readonly [Float64Array, Float64Array];
  /** By cell the half that it is of. */
  readonly halfOf: Uint8Array;
  /** The cells that are to be kept, 1 or 0. */
  readonly isKept: Uint8Array;
  readonly rows: CsrBuilder;
}

/** Divides the cells of each type in two, by a hash of their numbers: the same halves in every run. The first has a cell more. */
export function buildHalfSums(codes: Int32Array, typeCount: number, geneCount: number): HalfSums {
  const share = Math.floor(KEPT.all / Math.max(1, typeCount));
  const mostOfHalf = Math.min(KEPT.mostOfType, Math.max(KEPT.leastOfType, share)) / 2;
  const keys = Uint32Array.from(codes, (_, cell) => mixWord(cell + 0x7f4a7c15));
  const byType = Array.from({ length: typeCount }, (): number[] => []);
  for (const [cell, code] of codes.entries()) byType[code]?.push(cell);
  const halfOf = new Uint8Array(codes.length);
  const isKept = new Uint8Array(codes.length);
  for (const cells of byType) {
    cells.sort((a, b) => keys[a] - keys[b] || a - b);
    for (const [place, cell] of cells.entries()) {
      halfOf[cell] = place % 2;
      if (place < 2 * mostOfHalf) isKept[cell] = 1;
    }
  }
  const size = typeCount * geneCount;
  const sums = [new Float64Array(size), new Float64Array(size)] as const;
  return { typeCount, geneCount, sums, halfOf, isKept, rows: buildCsr(geneCount, Float32Array) };
}

/** Takes in a chunk of cells. */
export function addHalfSums(fold: HalfSums, chunk: CsrChunk, codes: Int32Array): void {
  const { indptr, indices, values, spotStart, spotCount } = chunk;
  for (let row = 0; row < spotCount; row++) {
    const cell = spotStart + row;
    if (codes[cell] < 0) continue;
    const [start, end] = [indptr[row], indptr[row + 1]];
    const sums = fold.sums[fold.halfOf[cell]];
    const offset = codes[cell] * fold.geneCount;
    for (let i = start; i < end; i++) sums[offset + indices[i]] += values[i];
    if (fold.isKept[cell] === 0) continue;
    fold.rows.add(keepCell(indices.subarray(start, end), values.subarray(start, end), cell));
  }
}

/** Whole counts of a cell, and not many more than `MOST_COUNTS`: what is not whole is rounded up or down by chance. */
function keepCell(indices: Int32Array, values: CsrChunk["values"], cell: number): CsrRow {
  let total = 0;
  for (const value of values) total += Math.max(0, value);
  const share = total > MOST_COUNTS ? MOST_COUNTS / total : 1;
  const key = mixWord(cell + 0x3c6ef372);
  const rounded = Float32Array.from(values, (value, i) => {
    const scaled = Math.max(0, value) * share;
    const whole = Math.floor(scaled);
    if (scaled === whole) return whole;
    const chance = (mixWord(key ^ Math.imul(indices[i] + 1, 0x85ebca6b)) >>> 0) / 2 ** 32;
    return whole + (chance < scaled - whole ? 1 : 0);
  });
  return {
    indices: indices.filter((_, i) => rounded[i] > 0),
    values: rounded.filter((count) => count > 0),
  };
}

/**
 * The types in the order of a signature, without those that have no cell.
 *
 * @param order the old number of each new type
 */
export function finishHalfSums(fold: HalfSums, codes: Int32Array, order: readonly number[]): HalfCells {
  const { geneCount, rows, isKept, halfOf } = fold;
  const kept = Int32Array.from(isKept.keys()).filter((cell) => isKept[cell] === 1);
  const newTypes = new Map(order.map((type, place) => [type, place]));
  const inOrder = (sums: Float64Array) => {
    const ordered = new Float64Array(order.length * geneCount);
    for (const [place, type] of order.entries()) {
      ordered.set(sums.subarray(type * geneCount, (type + 1) * geneCount), place * geneCount);
    }
    return ordered;
  };
  return {
    geneCount,
    sums: [inOrder(fold.sums[0]), inOrder(fold.sums[1])],
    cells: rows.finish(),
    types: kept.map((cell) => newTypes.get(codes[cell]) as number),
    halves: Int32Array.from(kept, (cell) => halfOf[cell]),
  };
}

/** The same over other genes, in ascending order: new gene `j` is the old column `columns[j]`. */
export function narrowHalves(halves: HalfCells, columns: Int32Array): HalfCells {
  return { ...narrowSums(halves, columns), cells: narrow(halves.cells, columns) };
}

/** The same in the memory of what is given, which is of no use after it. */
export function narrowHalvesInPlace(halves: HalfCells, columns: Int32Array): HalfCells {
  const { cells } = halves;
  return {
    ...narrowSums(halves, columns),
    cells: renumberInPlace(cells, buildRenumbering(columns, cells.width)),
  };
}

function narrowSums(halves: HalfCells, columns: Int32Array): HalfCells {
  const { geneCount, sums } = halves;
  const narrowed = (of: Float64Array) => {
    const typeCount = of.length / geneCount;
    const own = new Float64Array(typeCount * columns.length);
    for (let k = 0, next = 0; k < typeCount; k++) {
      for (const column of columns) own[next++] = of[k * geneCount + column];
    }
    return own;
  };
  return {
    ...halves,
    geneCount: columns.length,
    sums: [narrowed(sums[0]), narrowed(sums[1])],
  };
}
