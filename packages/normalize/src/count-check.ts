import {
  buildOrderedSum,
  type CsrChunk,
  finishOrderedSum,
  mergeOrderedSum,
  type OrderedSum,
  orderedSumAt,
} from "@flashdeconv/core";

/** Why a value is no count. A value has one fault: not finite, else negative, else not whole. */
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
  /** One entry per kind of fault that was met, the earliest (lowest spot, then gene) first; empty for counts. */
  readonly faults: readonly CountFault[];
}

export function buildCountCheck(): CountCheck {
  return {
    spotCount: 0,
    emptySpotCount: 0,
    nonzeroCount: 0,
    max: 0,
    total: buildOrderedSum(1),
    faults: new Map(),
  };
}

/** Takes in the spots of a raw chunk. Chunks must come in ascending order. */
export function addCountCheck(check: CountCheck, chunk: CsrChunk): void {
  const { indptr, values, spotStart, spotCount } = chunk;
  for (let row = 0; row < spotCount; row++) {
    const from = indptr[row];
    const to = indptr[row + 1];
    let total = 0;
    let greatest = check.max;
    let isPlain = true;
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (!(value > 0 && Math.floor(value) === value)) isPlain = false;
      if (value > greatest) greatest = value;
      total += value;
    }
    // Nearly every row holds counts above 0 only; no other is looked at twice.
    let nonzeroCount = to - from;
    if (isPlain && greatest < Number.POSITIVE_INFINITY) check.max = greatest;
    else ({ total, nonzeroCount } = checkRow(check, from, to, chunk, spotStart + row));
    check.nonzeroCount += nonzeroCount;
    if (nonzeroCount === 0) check.emptySpotCount++;
    orderedSumAt(check.total, spotStart + row)[0] += total;
  }
  check.spotCount += spotCount;
}

/** Notes every fault of a row, and what its sound values come to. */
function checkRow(
  check: CountCheck,
  from: number,
  to: number,
  { indices, values }: CsrChunk,
  spot: number,
): { total: number; nonzeroCount: number } {
  let total = 0;
  let nonzeroCount = 0;
  for (let i = from; i < to; i++) {
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
  mergeOrderedSum(check.total, next.total);
  for (const [kind, fault] of next.faults) {
    const earlier = check.faults.get(kind);
    if (earlier) earlier.valueCount += fault.valueCount;
    else check.faults.set(kind, { ...fault });
  }
}

export function finishCountCheck(check: CountCheck): CountReport {
  const { spotCount, emptySpotCount, nonzeroCount, max } = check;
  const faults = [...check.faults.values()].map((fault) => Object.freeze({ ...fault }));
  faults.sort((a, b) => a.spot - b.spot || a.gene - b.gene);
  const total = finishOrderedSum(check.total)[0];
  return Object.freeze({ spotCount, emptySpotCount, nonzeroCount, total, max, faults });
}

/**
 * What kind of matrix the values look like: `"counts"` without any fault; `"logged or scaled"` when some values are not whole
 * (negative ones among them are what centring leaves); `"invalid"` when values are not finite, or negative though whole.
 */
export function describeCounts(report: CountReport): "counts" | "logged or scaled" | "invalid" {
  const kinds = new Set(report.faults.map((fault) => fault.kind));
  if (kinds.size === 0) return "counts";
  return kinds.has("not finite") || !kinds.has("not whole") ? "invalid" : "logged or scaled";
}

function noteFault(faults: CountCheck["faults"], spot: number, gene: number, value: number): void {
  const kind = !Number.isFinite(value) ? "not finite" : value < 0 ? "negative" : "not whole";
  const met = faults.get(kind);
  // The first stays the first: values come in ascending order of spot and gene.
  if (met) met.valueCount++;
  else faults.set(kind, { kind, valueCount: 1, spot, gene, value });
}
