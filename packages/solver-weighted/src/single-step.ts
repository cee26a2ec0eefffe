import type { DeflatedBound } from "@flashdeconv/solver/internal";
import type { RelativePrior } from "./relative-prior.js";

/**
 * A spot's step on the bound in single precision, where abundances and statistics are stored so. The Gram matrix is taken apart into its
 * share along the bound's direction and a remainder, whose products are small: rounding then weighs no more than that of the statistics.
 *
 * Rows have Q numbers, Q being K rounded up to a multiple of four; what lies beyond K is 0.
 */
export interface SingleBound {
  /** K rows. */
  readonly remainder: Float32Array;
  readonly direction: Float32Array;
  readonly composition: Float32Array;
  readonly excess: number;
  readonly rest: number;
}

/** Share by which the second eigenvalue is raised, so that rounding in single precision leaves the bound a bound. */
const ROUNDING = 1e-6;

export function singleBound(
  gram: Float64Array,
  { direction, excess, rest }: DeflatedBound,
  composition: Float64Array,
): SingleBound {
  const typeCount = direction.length;
  const width = 4 * Math.ceil(typeCount / 4);
  const inSingle = { direction: new Float32Array(width), composition: new Float32Array(width) };
  inSingle.direction.set(direction);
  inSingle.composition.set(composition);
  const v = inSingle.direction;
  const top = Math.fround(excess);
  const remainder = new Float32Array(typeCount * width);
  for (let k = 0; k < typeCount; k++) {
    for (let l = 0; l < typeCount; l++) {
      remainder[k * width + l] = gram[k * typeCount + l] - top * v[k] * v[l];
    }
  }
  return { ...inSingle, remainder, excess: top, rest: Math.fround(rest * (1 + ROUNDING)) };
}

/** What a step in single precision works with. One per thread. */
export interface SingleStep extends SingleBound {
  readonly typeCount: number;
  readonly edgeWeight: number;
  readonly epsilon: number;
  readonly tissueWeight: number;
  readonly product: Float32Array;
  readonly slope: Float32Array;
  readonly curvature: Float32Array;
  readonly target: Float32Array;
  readonly inverse: Float32Array;
  readonly leaning: Float32Array;
  readonly updated: Float32Array;
  /** Least abundance of each type among the neighbours. */
  readonly least: Float32Array;
  /** Sums over types by the type's number modulo four. */
  readonly sums: Float32Array;
  readonly lengths: Float32Array;
}

export function buildSingleStep(
  bound: SingleBound,
  { typeCount, edgeWeight, epsilon, tissue }: RelativePrior,
): SingleStep {
  const row = () => new Float32Array(bound.direction.length);
  return {
    ...bound,
    typeCount,
    edgeWeight: f(edgeWeight),
    epsilon: f(epsilon),
    tissueWeight: f(tissue.weight),
    product: row(),
    slope: row(),
    curvature: row(),
    target: row(),
    inverse: row(),
    leaning: row(),
    updated: row(),
    least: row(),
    sums: new Float32Array(4),
    lengths: new Float32Array(4),
  };
}

const f = Math.fround;
