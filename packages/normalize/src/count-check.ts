import type { CsrChunk } from "@flashdeconv/core";
import {
  buildOrderedSum,
  finishOrderedSum,
  mergeOrderedSum,
  type OrderedSum,
  orderedSumAt,
} from "@flashdeconv/core/internal";
import { chooseKernel, countScanKernel, type KernelChoice } from "@flashdeconv/kernels";

/** Why a value is not a count. A value has one fault: not finite, else negative, else not whole. */
export type CountFaultKind = "not finite" | "negative" | "not whole";

/** How often one kind of fault was met, and where first: at the lowest spot, there at the lowest gene. */
export interface CountFault {
  readonly kind: CountFaultKind;
  readonly valueCount: number;
  readonly spot: number;
  readonly gene: number;
  readonly value: number;
}

interface OpenFault extends CountFault {
  valueCount: number;
}

/** A running check; see `addCountCheck`. */
export interface CountCheck {
  spotCount: number;
  emptySpotCount: number;
  nonzeroCount: number;
  max: number;
  /** Of the spots that are not empty; Infinity and 0 while there is none. */
  leastTotal: number;
  greatestTotal: number;
  readonly total: OrderedSum;
  readonly faults: Map<CountFaultKind, OpenFault>;
}

/** What a finished check found. */
export interface CountReport {
  readonly spotCount: number;
  /** Spots in which no value differs from 0. */
  readonly emptySpotCount: number;
  readonly nonzeroCount: number;
  /** Sum of the finite values. */
  readonly total: number;
  /** Greatest finite value, 0 where there is none above. */
  readonly max: number;
  /** Least and greatest sum of a spot that is not empty; Infinity and 0 where there is none. */
  readonly leastTotal: number;
  readonly greatestTotal: number;
  /** One entry per kind of fault that was met, the earliest (lowest spot, then gene) first; empty for counts. */
  readonly faults: readonly CountFault[];
}

export function buildCountCheck(): CountCheck {
  return {
    spotCount: 0,
    emptySpotCount: 0,
    nonzeroCount: 0,
    max: 0,
    leastTotal: Number.POSITIVE_INFINITY,
    greatestTotal: 0,
    total: buildOrderedSum(1),
    faults: new Map(),
  };
}

/** Takes the spots of raw chunks into a check. Chunks must come in ascending order. One per thread: it may hold memory that is written to. */
export type CountChecker = (check: CountCheck, chunk: CsrChunk) => void;

/**
 * @param kernels `"auto"` by default: WebAssembly where the runtime has it with SIMD. What is found is the same either way.
 * @throws OptionError for `"wasm"` where there is none.
 */
export function buildCountChecker(kernels: KernelChoice = "auto"): CountChecker {
  const scan = chooseKernel(kernels, countScanKernel);
  if (scan === undefined) return addCountCheck;
  return (check, chunk) => {
    const { spotStart, spotCount, indptr } = chunk;
    for (let row = 0; row < spotCount; ) {
      const rows = scan.scanRows(chunk, row);
      const end = rows === undefined ? spotCount : row + rows.rowCount;
      if (!rows?.isPlain) checkRows(check, chunk, row, end);
      else {
        for (let i = 0; i < rows.rowCount; i++) {
          const nonzeroCount = indptr[row + i + 1] - indptr[row + i];
          if (rows.greatest[i] > check.max) check.max = rows.greatest[i];
          noteRow(check, spotStart + row + i, nonzeroCount, rows.totals[i]);
        }
      }
      row = end;
    }
    check.spotCount += spotCount;
  };
}

/** The same for one chunk, without a kernel. */
export function addCountCheck(check: CountCheck, chunk: CsrChunk): void {
  checkRows(check, chunk, 0, chunk.spotCount);
  check.spotCount += chunk.spotCount;
}

/** The twin of the kernel packages/kernels/assembly/count-scan.ts. */
function checkRows(check: CountCheck, chunk: CsrChunk, first: number, last: number): void {
  const { indptr, values, spotStart } = chunk;
  for (let row = first; row < last; row++) {
    const from = indptr[row];
    const to = indptr[row + 1];
    let total = 0;
    let greatest = 0;
    let isPlain = true;
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (!(value > 0 && Math.floor(value) === value)) isPlain = false;
      if (value > greatest) greatest = value;
      total += value;
    }
    // Nearly every row holds counts above 0 only; no other is looked at twice.
    if (isPlain && greatest < Number.POSITIVE_INFINITY) {
      if (greatest > check.max) check.max = greatest;
      noteRow(check, spotStart + row, to - from, total);
    } else {
      const found = checkRow(check, chunk, row);
      noteRow(check, spotStart + row, found.nonzeroCount, found.total);
    }
  }
}

function noteRow(check: CountCheck, spot: number, nonzeroCount: number, total: number): void {
  check.nonzeroCount += nonzeroCount;
  if (nonzeroCount === 0) check.emptySpotCount++;
  else {
    if (total < check.leastTotal) check.leastTotal = total;
    if (total > check.greatestTotal) check.greatestTotal = total;
  }
  orderedSumAt(check.total, spot)[0] += total;
}

/** Notes every fault of a row, and what its sound values come to. */
function checkRow(
  check: CountCheck,
  { spotStart, indptr, indices, values }: CsrChunk,
  row: number,
): { total: number; nonzeroCount: number } {
  const spot = spotStart + row;
  const end = indptr[row + 1];
  let total = 0;
  let nonzeroCount = 0;
  for (let i = indptr[row]; i < end; i++) {
    const value = values[i];
    if (value === 0) continue;
    nonzeroCount++;
    const finite = value - value === 0;
    if (finite) total += value;
    if (finite && value > check.max) check.max = value;
    if (!finite || value < 0 || Math.floor(value) !== value) {
      noteFault(check.faults, spot, indices[i], value);
    }
  }
  return { total, nonzeroCount };
}

/** Takes in the check of the spots that follow. Each range but the last must end at a multiple of ORDERED_SUM_BLOCK. */
export function mergeCountCheck(check: CountCheck, next: CountCheck): void {
  check.spotCount += next.spotCount;
  check.emptySpotCount += next.emptySpotCount;
  check.nonzeroCount += next.nonzeroCount;
  check.max = Math.max(check.max, next.max);
  check.leastTotal = Math.min(check.leastTotal, next.leastTotal);
  check.greatestTotal = Math.max(check.greatestTotal, next.greatestTotal);
  mergeOrderedSum(check.total, next.total);
  for (const [kind, fault] of next.faults) {
    const earlier = check.faults.get(kind);
    if (earlier) earlier.valueCount += fault.valueCount;
    else check.faults.set(kind, { ...fault });
  }
}

export function finishCountCheck(check: CountCheck): CountReport {
  const { spotCount, emptySpotCount, nonzeroCount, max, leastTotal, greatestTotal } = check;
  const faults = [...check.faults.values()].map((fault) => Object.freeze({ ...fault }));
  faults.sort((a, b) => a.spot - b.spot || a.gene - b.gene);
  const total = finishOrderedSum(check.total)[0];
  return Object.freeze({
    spotCount,
    emptySpotCount,
    nonzeroCount,
    total,
    max,
    leastTotal,
    greatestTotal,
    faults,
  });
}

function noteFault(faults: CountCheck["faults"], spot: number, gene: number, value: number): void {
  const kind = !Number.isFinite(value) ? "not finite" : value < 0 ? "negative" : "not whole";
  const met = faults.get(kind);
  // The first stays the first: values come in ascending order of spot and gene.
  if (met) met.valueCount++;
  else faults.set(kind, { kind, valueCount: 1, spot, gene, value });
}
