import type { NnlsProblem } from "@flashdeconv/solver";

/** Scratch memory for K types; made once. */
export interface LikelySupport {
  /** Types that are left. */
  readonly left: Int32Array;
  /** Their equations: a lower triangle of rows of K numbers, and what they are equal to. */
  readonly equations: Float64Array;
  readonly equals: Float64Array;
}

export function buildLikelySupport(typeCount: number): LikelySupport {
  return {
    left: new Int32Array(typeCount),
    equations: new Float64Array(typeCount * typeCount),
    equals: new Float64Array(typeCount),
  };
}

/**
 * To `x`: the minimum over all types, and without those that are not above 0 there, and so on until all are; 0 elsewhere. Where no type
 * would rather be back that is the minimum over x >= 0, nineteen times of twenty. The exact solver drops types one by one.
 */
export function guessMinimum(support: LikelySupport, { gram, target, x }: NnlsProblem): void {
  const { left, equations, equals } = support;
  const stride = equals.length;
  const count = x.length;
  let size = count;
  for (let a = 0; a < count; a++) {
    left[a] = a;
    x[a] = 0;
  }
  while (size > 0) {
    for (let a = 0; a < size; a++) {
      const from = left[a] * count;
      for (let b = 0; b <= a; b++) equations[a * stride + b] = gram[from + left[b]];
      equals[a] = target[left[a]];
    }
    eliminate(support, size);
    let kept = 0;
    for (let a = 0; a < size; a++) if (equals[a] > 0) left[kept++] = left[a];
    if (kept === size) break;
    size = kept;
  }
  for (let a = 0; a < size; a++) x[left[a]] = equals[a];
}

/** Solves the first `size` equations, to `equals`; unknowns are taken out from the last one on. */
function eliminate({ equations, equals }: LikelySupport, size: number): void {
  const stride = equals.length;
  for (let c = size - 1; c > 0; c--) {
    const row = c * stride;
    const inverse = 1 / equations[row + c];
    for (let a = 0; a < c; a++) {
      const share = equations[row + a] * inverse;
      for (let b = 0; b <= a; b++) equations[a * stride + b] -= share * equations[row + b];
    }
  }
  for (let c = size - 1; c > 0; c--) {
    const row = c * stride;
    const share = equals[c] * (1 / equations[row + c]);
    for (let b = 0; b < c; b++) equals[b] -= share * equations[row + b];
  }
  for (let c = 0; c < size; c++) {
    const amount = equals[c] / equations[c * stride + c];
    equals[c] = amount;
    for (let b = c + 1; b < size; b++) equals[b] -= equations[b * stride + c] * amount;
  }
}
