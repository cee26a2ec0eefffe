import { type Chunk, ShapeError } from "@flashdeconv/core";
import {
  type Assessment,
  buildNnlsWorkspace,
  type SolverReference,
  type SolverSession,
  type StatArray,
  type SweepStats,
  solveDiagonalNnls,
  symmetricEigen,
  type Tile,
} from "@flashdeconv/solver";
import { deflatedDiagonalStep, deflateGram } from "./deflated-diagonal.js";
import { buildRelativePrior, isNear, loadPrior, majorizePrior, sumPrior } from "./relative-prior.js";

export interface WeightedProblem {
  /** Strength of the prior, in counts. */
  readonly smoothing: number;
  /** Added to the mean of two proportions in the prior's denominator. */
  readonly epsilon: number;
  readonly meanDegree: number;
  /** Mean counts of a spot. */
  readonly meanDepth: number;
}

/**
 * Where all eigenvalues of the Gram matrix but the greatest are within this factor, one step on the bound (`deflateGram`) is nearly the
 * exact one, as long as neighbours have not settled either, and costs a third of it.
 */
const CLOSE = 4;
/** The same where the prior weighs this many times the second eigenvalue. */
const DEFLATED_FROM = 2;

/**
 * Minimises, over P >= 0,
 *
 *   sum_i n_i / 2 p_i'G p_i - c_i'p_i  +  smoothing / (2 mean degree) sum over edges and types of phi(p_i, p_j)
 *
 * from each spot's n and c = sum_g y_g w_g x_g. The whole is convex. A sweep sets each spot to the minimum, over p >= 0, of a
 * quadratic that matches its objective to second order, where that is sure to lower the objective, and of one that bounds it from
 * above where not: so each update lowers the objective, in any order, and the driver's order makes it the same for all tiles.
 */
export function weightedSession(reference: SolverReference, problem: WeightedProblem): SolverSession {
  const typeCount = reference.typeNames.length;
  const statWidth = typeCount + 1;
  const { gram } = reference;
  const { smoothing, epsilon, meanDegree, meanDepth } = problem;
  const edgeWeight = meanDegree > 0 ? smoothing / meanDegree : 0;
  const prior = buildRelativePrior(typeCount, edgeWeight, epsilon);
  const { old, slope, curvature } = prior;
  const work = buildNnlsWorkspace(typeCount);
  const added = new Float64Array(typeCount);
  const target = new Float64Array(typeCount);
  const next = new Float64Array(typeCount);
  const product = new Float64Array(typeCount);
  const inverse = new Float64Array(typeCount);
  const eigen = symmetricEigen(gram, typeCount);
  const leastEigenvalue = Math.max(0, eigen.values[0]);
  /** Curvature of the prior over a spot's count, where proportions are even. */
  const evenShift = meanDegree > 0 ? smoothing / (meanDepth * (1 / typeCount + epsilon)) : 0;
  const bound = deflateGram(eigen);
  const isBoundClose =
    bound !== undefined && (bound.rest <= CLOSE * leastEigenvalue || evenShift >= DEFLATED_FROM * bound.rest);

  /** The minimum of the quadratic of the spot that was loaded, or beyond it by the relaxation, into `next`. */
  function step(statistics: StatArray, spot: number, relaxation: number): void {
    const stat = spot * statWidth;
    const depth = statistics[stat + typeCount];
    if (depth > 0) {
      const share = 1 / depth;
      if (isBoundClose && prior.weight > 0) {
        multiplyGram(gram, old, product);
        for (let k = 0; k < typeCount; k++) {
          added[k] = share * curvature[k];
          target[k] = relaxation * (share * (statistics[stat + k] - slope[k]) - product[k]);
        }
        deflatedDiagonalStep(bound, added, old, target, inverse, next);
        return;
      }
      for (let k = 0; k < typeCount; k++) {
        added[k] = share * curvature[k];
        target[k] = share * (statistics[stat + k] - slope[k]) + added[k] * old[k];
        next[k] = old[k];
      }
      if (relaxation !== 1) {
        multiplyGram(gram, old, product);
        for (let k = 0; k < typeCount; k++) {
          target[k] = relaxation * target[k] + (1 - relaxation) * (product[k] + added[k] * old[k]);
        }
      }
      solveDiagonalNnls(work, gram, added, target, next);
      return;
    }
    for (let k = 0; k < typeCount; k++) {
      const moved = curvature[k] > 0 ? old[k] - (relaxation * slope[k]) / curvature[k] : 0;
      next[k] = Math.max(moved, 0);
    }
  }

  return {
    statWidth,
    pull: evenShift > 0 ? evenShift / leastEigenvalue : 0,
    settings: { smoothing, epsilon },

    summarize(rows: Chunk, out: StatArray): void {
      if (rows.kind !== "dense" || rows.width !== statWidth) {
        throw new ShapeError({
          subject: "weighted solver",
          found: `${rows.kind} rows of width ${rows.width}`,
          expected: `dense rows of ${statWidth} numbers (one per type and the spot's count)`,
          remedy: 'Feed it from a source of the kind its `input` names ("weighted-counts").',
        });
      }
      out.set(rows.values);
    },

    sweep(tile: Tile, abundance: StatArray): SweepStats {
      const { spots, statistics, relaxation } = tile;
      let largestChange = 0;
      for (let index = 0; index < spots.length; index++) {
        const spot = spots[index];
        loadPrior(prior, tile, abundance, spot);
        step(statistics, spot, relaxation);
        if (!isNear(prior, next, relaxation)) {
          majorizePrior(prior, tile, abundance, spot);
          step(statistics, spot, relaxation);
        }
        let total = 0;
        let oldTotal = 0;
        let change = 0;
        const row = spot * typeCount;
        for (let k = 0; k < typeCount; k++) {
          abundance[row + k] = next[k];
          total += next[k];
          oldTotal += old[k];
          const moved = Math.abs(next[k] - old[k]);
          if (moved > change) change = moved;
        }
        if (change > 0) largestChange = Math.max(largestChange, change / Math.max(total, oldTotal));
      }
      return { largestChange };
    },

    assess(tile: Tile, abundance: StatArray): Assessment {
      const { spots, statistics } = tile;
      let objective = 0;
      let kktResidual = 0;
      for (let index = 0; index < spots.length; index++) {
        const spot = spots[index];
        const stat = spot * statWidth;
        const depth = statistics[stat + typeCount];
        loadPrior(prior, tile, abundance, spot);
        multiplyGram(gram, old, product);
        for (let k = 0; k < typeCount; k++) {
          objective += old[k] * ((depth / 2) * product[k] - statistics[stat + k]);
          const gradient = depth * product[k] - statistics[stat + k] + slope[k];
          kktResidual = Math.max(kktResidual, old[k] > 0 ? Math.abs(gradient) : -gradient);
        }
        // Each edge is met from both ends, so each end takes half of edgeWeight / 2.
        objective += (edgeWeight / 4) * sumPrior(prior, tile, abundance, spot);
      }
      return { objective, kktResidual, proportionErrorBound: Number.POSITIVE_INFINITY };
    },
  };
}

/** `out` = G x, column by column: most of x is 0. */
function multiplyGram(gram: Float64Array, x: Float64Array, out: Float64Array): void {
  const typeCount = x.length;
  for (let k = 0; k < typeCount; k++) out[k] = 0;
  for (let l = 0; l < typeCount; l++) {
    const amount = x[l];
    if (amount === 0) continue;
    const row = l * typeCount;
    for (let k = 0; k < typeCount; k++) out[k] += gram[row + k] * amount;
  }
}
