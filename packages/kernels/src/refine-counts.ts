import type { CsrChunk, Values } from "@flashdeconv/core";
import { compileKernel } from "./compile-kernel.js";
import { refineCountsWasm } from "./generated/refine-counts-wasm.js";
import { reserve } from "./reserve.js";
import { requireTaken, reserveRowBlock, rowLoader } from "./row-block.js";

/** The likelihood of counts, as solver-poisson describes it, and how spots are refined by it. G genes, K types. */
export interface RefineTables {
  readonly typeCount: number;
  readonly geneCount: number;
  /** G x K, in 0 .. 1. */
  readonly shares: Float32Array;
  /** G. */
  readonly weights: Float32Array;
  /** K. */
  readonly totals: Float64Array;
  /** K x K. */
  readonly gram: Float64Array;
  /** A proportion below this is left out at the start. */
  readonly leastStart: number;
  /** Newton steps of a spot: a second one where the first moves a proportion by more than `farStep`. */
  readonly mostSteps: 1 | 2;
  readonly farStep: number;
  /** A step to more than so many times the spot's counts, or less than that part of them, is not taken. */
  readonly mostGrowth: number;
  /** Given where steps are taken to the end instead. */
  readonly climb?: ClimbLimits;
}

export interface ClimbLimits {
  readonly mostSteps: number;
  /** A step that moves no abundance by more than this share of the spot's total is the last. */
  readonly smallStep: number;
  /** A step is short enough where the objective rises along it by no more than this share of how it fell at first. */
  readonly mostRise: number;
  readonly mostHalvings: number;
}

export interface CountRefiner {
  /**
   * Refines each row from the proportions it starts with.
   *
   * @param chunk rows of counts over the G genes, none of more than G entries
   * @param start spotCount x K
   * @param out spotCount x (K + 1), overwritten
   */
  refineRows(chunk: CsrChunk, start: Float32Array | Float64Array, out: Values): void;
}

interface Exports {
  readonly configure: (
    typeCount: number,
    geneCount: number,
    shares: number,
    weights: number,
    gram: number,
    longest: number,
  ) => number;
  readonly limitSteps: (mostSteps: number, leastStart: number, farStep: number, mostGrowth: number) => void;
  readonly limitClimb: (mostSteps: number, smallStep: number, mostRise: number, mostHalvings: number) => void;
  readonly refineFloat32: (...args: RefineArguments) => void;
  readonly refineFloat64: (...args: RefineArguments) => void;
}

type RefineArguments = [
  rowCount: number,
  indptr: number,
  indices: number,
  values: number,
  start: number,
  out: number,
];

const ROWS_PER_BLOCK = 64;
const PAGE_BYTES = 65_536;

/**
 * The kernel over the given tables, which are copied into a memory of its own (8 (K + 3) bytes per gene and 1 MB).
 *
 * @throws where the runtime has no WebAssembly with SIMD.
 */
export function refineCountsKernel(tables: RefineTables): CountRefiner {
  const module = compileKernel(refineCountsWasm);
  const { typeCount, geneCount } = tables;
  const width = 4 * Math.ceil(typeCount / 4);
  const layout = { top: 64 };
  const sharesAt = reserve(layout, 4 * (geneCount + 1) * width);
  const weightsAt = reserve(layout, 4 * geneCount);
  const block = reserveRowBlock(layout, ROWS_PER_BLOCK, geneCount);
  const startAt = reserve(layout, 8 * ROWS_PER_BLOCK * typeCount);
  const outAt = reserve(layout, 8 * ROWS_PER_BLOCK * (typeCount + 1));
  const gramAt = reserve(layout, 8 * (typeCount + 1) * width);

  const memory = new WebAssembly.Memory({ initial: Math.ceil(layout.top / PAGE_BYTES) });
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const end = kernel.configure(typeCount, geneCount, sharesAt, weightsAt, gramAt, block.entryCount);
  memory.grow(Math.ceil(end / PAGE_BYTES) - memory.buffer.byteLength / PAGE_BYTES);
  const { buffer } = memory;
  putRows(new Float32Array(buffer, sharesAt), tables.shares, typeCount);
  new Float32Array(buffer, weightsAt).set(tables.weights);
  const gram = new Float64Array(buffer, gramAt);
  putRows(gram, tables.gram, typeCount);
  gram.set(tables.totals, typeCount * width);
  kernel.limitSteps(tables.mostSteps, tables.leastStart, tables.farStep, tables.mostGrowth);
  const { climb } = tables;
  if (climb) kernel.limitClimb(climb.mostSteps, climb.smallStep, climb.mostRise, climb.mostHalvings);
  const rows = rowLoader(buffer, block);
  const blockStart = new Float64Array(buffer, startAt, ROWS_PER_BLOCK * typeCount);
  const blockOut = new Float64Array(buffer, outAt, ROWS_PER_BLOCK * (typeCount + 1));

  return {
    refineRows(chunk, start, out) {
      const { spotCount, values } = chunk;
      const refine = values instanceof Float64Array ? kernel.refineFloat64 : kernel.refineFloat32;
      for (let row = 0; row < spotCount; ) {
        const rowCount = rows.takeValues(chunk, row, spotCount);
        requireTaken(rowCount, chunk, row);
        rows.takeIndices();
        blockStart.set(start.subarray(row * typeCount, (row + rowCount) * typeCount));
        refine(rowCount, block.indptrAt, block.indicesAt, block.valuesAt, startAt, outAt);
        out.set(blockOut.subarray(0, rowCount * (typeCount + 1)), row * (typeCount + 1));
        row += rowCount;
      }
    },
  };
}

/** Rows of K numbers as rows of a multiple of four. */
function putRows<A extends Float32Array | Float64Array>(to: A, rows: A, typeCount: number): void {
  const width = 4 * Math.ceil(typeCount / 4);
  for (let from = 0, at = 0; from < rows.length; from += typeCount, at += width) {
    to.set(rows.subarray(from, from + typeCount), at);
  }
}
