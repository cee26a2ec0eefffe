/** Minimise 1/2 x'G x - target'x over x >= 0, for K types. */
export interface NnlsProblem {
  /** G, K x K, symmetric positive semi-definite. */
  readonly gram: Float64Array;
  /** K numbers. */
  readonly target: Float64Array;
  /** K numbers, at least 0: the start and the result. */
  readonly x: Float64Array;
}

/** A problem with the scratch memory to solve it; made once, used for every spot, whose numbers are written to the problem's arrays. */
export interface NnlsWorkspace extends NnlsProblem {
  readonly typeCount: number;
  /** What is added to the diagonal of the Gram matrix, at least 0. */
  readonly added: Float64Array;
  /** Lower Cholesky factor of the support's matrix, K x K, rows in the order of `support`; its diagonal holds reciprocals. */
  readonly factor: Float64Array;
  readonly support: Int32Array;
  readonly isInSupport: Uint8Array;
  /** Types that rounding kept from entering; not tried again for this spot. */
  readonly isBlocked: Uint8Array;
  readonly step: Float64Array;
  /** How much each type would lower the objective if it grew, but for the diagonal's share. */
  readonly descent: Float64Array;
}

export function buildNnlsWorkspace({ gram, target, x }: NnlsProblem): NnlsWorkspace {
  const typeCount = x.length;
  return {
    gram,
    target,
    x,
    typeCount,
    added: new Float64Array(typeCount),
    factor: new Float64Array(typeCount * typeCount),
    support: new Int32Array(typeCount),
    isInSupport: new Uint8Array(typeCount),
    isBlocked: new Uint8Array(typeCount),
    step: new Float64Array(typeCount),
    descent: new Float64Array(typeCount),
  };
}

/** A pivot below this share of its diagonal counts as this share: types that cannot be told apart get a finite answer. */
const PIVOT_FLOOR = 1e-13;
/** A gradient below this share of the largest right-hand side is rounding. */
const GRADIENT_FLOOR = 1e-14;

/**
 * Minimises 1/2 x'(G + shift I)x - target'x over x >= 0, exactly, by the active-set method of Lawson and Hanson (Solving
 * Least Squares Problems, 1974, chapter 23) on the normal equations, started from the support of the `x` it is given.
 *
 * From a good start this takes one or two factorisations of a matrix as large as the number of positive entries (2 to
 * 5 of K as a rule), which is why it beats coordinate steps: those need hundreds where types are alike.
 */
export function solveNnls(work: NnlsWorkspace, shift: number): void {
  work.added.fill(shift);
  solveDiagonalNnls(work);
}

/** As `solveNnls`, with the numbers of `added` on the diagonal. */
export function solveDiagonalNnls(work: NnlsWorkspace): void {
  const { typeCount, target: q, x, support, isInSupport, isBlocked } = work;
  let size = 0;
  let scale = 0;
  for (let k = 0; k < typeCount; k++) {
    isBlocked[k] = 0;
    const size0 = Math.abs(q[k]);
    if (size0 > scale) scale = size0;
    if (x[k] > 0) {
      isInSupport[k] = 1;
      support[size++] = k;
    } else {
      isInSupport[k] = 0;
      x[k] = 0;
    }
  }
  size = settleSupport(work, size, 0);

  // Each round adds one type and lowers the objective, so no support returns; the cap only guards against rounding.
  for (let round = 0; round < 4 * typeCount; round++) {
    const entering = steepestType(work, size, scale * GRADIENT_FLOOR);
    if (entering < 0) return;
    support[size] = entering;
    isInSupport[entering] = 1;
    size = settleSupport(work, size + 1, size);
    if (x[entering] <= 0) isBlocked[entering] = 1;
  }
}

/** The type outside the support whose growth lowers the objective fastest, or -1. */
function steepestType(work: NnlsWorkspace, size: number, floor: number): number {
  const { typeCount, gram, target: q, x, support, isInSupport, isBlocked, descent } = work;
  for (let k = 0; k < typeCount; k++) descent[k] = q[k];
  for (let a = 0; a < size; a++) {
    const amount = x[support[a]];
    const row = support[a] * typeCount;
    for (let k = 0; k < typeCount; k++) descent[k] -= gram[row + k] * amount;
  }
  let best = -1;
  let steepest = floor;
  for (let k = 0; k < typeCount; k++) {
    if (descent[k] > steepest && isInSupport[k] === 0 && isBlocked[k] === 0) {
      steepest = descent[k];
      best = k;
    }
  }
  return best;
}

/**
 * Moves `x` to the minimum over its support, dropping the types that would turn negative on the way. Rows of the
 * factor below `factoredSize` are valid already. Returns the support's size in the end.
 */
function settleSupport(work: NnlsWorkspace, size: number, factoredSize: number): number {
  const { x, support, isInSupport, step } = work;
  while (size > 0) {
    factorRows(work, factoredSize, size);
    solveFactored(work, size);
    let fraction = 1;
    let blocking = -1;
    for (let a = 0; a < size; a++) {
      if (step[a] > 0) continue;
      const current = x[support[a]];
      // A type that just entered stands at 0 and blocks at once: 0 / 0 must count as 0.
      const reach = current > 0 ? current / (current - step[a]) : 0;
      if (blocking < 0 || reach < fraction) {
        fraction = reach;
        blocking = a;
      }
    }
    if (blocking < 0) {
      for (let a = 0; a < size; a++) x[support[a]] = step[a];
      return size;
    }
    let kept = 0;
    factoredSize = size;
    for (let a = 0; a < size; a++) {
      const k = support[a];
      const moved = x[k] + fraction * (step[a] - x[k]);
      if (a !== blocking && moved > 0) {
        x[k] = moved;
        support[kept++] = k;
      } else {
        x[k] = 0;
        isInSupport[k] = 0;
        if (kept < factoredSize) factoredSize = kept;
      }
    }
    size = kept;
  }
  return size;
}

/** Rows `from .. size` of the Cholesky factor of the support's matrix. */
function factorRows(work: NnlsWorkspace, from: number, size: number): void {
  const { typeCount, gram, added, factor, support } = work;
  for (let a = from; a < size; a++) {
    const gramRow = support[a] * typeCount;
    const row = a * typeCount;
    const diagonal = gram[gramRow + support[a]] + added[support[a]];
    let pivot = diagonal;
    for (let b = 0; b < a; b++) {
      const other = b * typeCount;
      let sum = gram[gramRow + support[b]];
      for (let c = 0; c < b; c++) sum -= factor[row + c] * factor[other + c];
      const entry = sum * factor[other + b];
      factor[row + b] = entry;
      pivot -= entry * entry;
    }
    factor[row + a] = 1 / Math.sqrt(Math.max(pivot, diagonal * PIVOT_FLOOR, Number.MIN_VALUE));
  }
}

/** Solves for the support's unconstrained minimum into `step`, in the order of `support`. */
function solveFactored(work: NnlsWorkspace, size: number): void {
  const { typeCount, target: q, factor, support, step } = work;
  for (let a = 0; a < size; a++) {
    const row = a * typeCount;
    let sum = q[support[a]];
    for (let c = 0; c < a; c++) sum -= factor[row + c] * step[c];
    step[a] = sum * factor[row + a];
  }
  // Column by column of the transpose: each finished entry leaves the ones above it.
  for (let a = size - 1; a >= 0; a--) {
    const row = a * typeCount;
    const value = step[a] * factor[row + a];
    step[a] = value;
    for (let c = 0; c < a; c++) step[c] -= factor[row + c] * value;
  }
}
