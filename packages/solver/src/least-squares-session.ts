import { type Chunk, ShapeError } from "@flashdeconv/core";
import { buildNnlsWorkspace, solveNnls } from "./exact-nnls.js";
import type { Assessment, SolverReference, SolverSession, StatArray, SweepStats, Tile } from "./solver.js";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.js";

export interface LeastSquaresProblem {
  /** Strength of the graph Laplacian, on the scale of the Gram matrix; 0 for independent spots. */
  readonly lambda: number;
  /** Weight of the sum of abundances, on the scale of the Gram matrix. */
  readonly sparsity: number;
  readonly meanDegree: number;
}

/** Over-relaxation is kept below this: at 2 the sweep no longer lowers the objective. */
const MAX_RELAXATION = 1.98;

/**
 * Minimises, over B >= 0,  1/2 |Y - B X|^2 + lambda/2 tr(B'LB) + sparsity sum(B)  from the statistics h = y X' of each
 * spot and the Gram matrix XX'. A sweep sets each spot to its exact optimum given its neighbours (Gauss-Seidel by
 * spot), or beyond it by the tile's relaxation: an update that lowers the objective for any relaxation below 2.
 */
export function leastSquaresSession(reference: SolverReference, problem: LeastSquaresProblem): SolverSession {
  const typeCount = reference.typeNames.length;
  const { gram } = reference;
  const { lambda, sparsity } = problem;
  const statWidth = typeCount + 1;
  const work = buildNnlsWorkspace(typeCount);
  const target = new Float64Array(typeCount);
  const old = new Float64Array(typeCount);
  const updated = new Float64Array(typeCount);
  const eigenvalues = symmetricEigenvalues(gram, typeCount);
  const smallest = Math.max(0, eigenvalues[0]);

  /** `target` = h - sparsity + lambda x the sum over neighbours: the right-hand side of the spot's problem. Returns the shift. */
  function loadSpot(tile: Tile, abundance: StatArray, spot: number): number {
    const from = tile.indptr[spot];
    const to = tile.indptr[spot + 1];
    for (let k = 0; k < typeCount; k++) {
      target[k] = 0;
      old[k] = abundance[spot * typeCount + k];
    }
    for (let e = from; e < to; e++) {
      const neighbor = tile.indices[e] * typeCount;
      for (let k = 0; k < typeCount; k++) target[k] += abundance[neighbor + k];
    }
    for (let k = 0; k < typeCount; k++) {
      target[k] = tile.statistics[spot * statWidth + k] - sparsity + lambda * target[k];
    }
    return lambda * (to - from);
  }

  /** Moves the right-hand side so that the exact solution overshoots by `relaxation`. */
  function relax(relaxation: number, shift: number): void {
    for (let k = 0; k < typeCount; k++) {
      let product = shift * old[k];
      for (let l = 0; l < typeCount; l++) product += gram[k * typeCount + l] * old[l];
      target[k] = relaxation * target[k] + (1 - relaxation) * product;
    }
  }

  return {
    statWidth,
    relaxation: chooseRelaxation(eigenvalues, lambda * problem.meanDegree),
    settings: { lambda, sparsity },

    summarize(rows: Chunk, out: StatArray): void {
      if (rows.kind !== "dense" || rows.width !== statWidth) {
        throw new ShapeError({
          subject: "least-squares solver",
          found: `${rows.kind} rows of width ${rows.width}`,
          expected: `dense rows of ${statWidth} statistics (one per type and the squared norm)`,
          remedy: 'Feed it from a source of the kind its `input` names ("statistics").',
        });
      }
      out.set(rows.values);
    },

    sweep(tile: Tile, abundance: StatArray): SweepStats {
      let largestChange = 0;
      for (let index = 0; index < tile.spots.length; index++) {
        const spot = tile.spots[index];
        const shift = loadSpot(tile, abundance, spot);
        if (tile.relaxation !== 1) relax(tile.relaxation, shift);
        updated.set(old);
        solveNnls(work, gram, shift, target, updated);
        let total = 0;
        let oldTotal = 0;
        let change = 0;
        for (let k = 0; k < typeCount; k++) {
          abundance[spot * typeCount + k] = updated[k];
          total += updated[k];
          oldTotal += old[k];
          change = Math.max(change, Math.abs(updated[k] - old[k]));
        }
        if (change > 0) largestChange = Math.max(largestChange, change / Math.max(total, oldTotal));
      }
      return { largestChange };
    },

    assess(tile: Tile, abundance: StatArray): Assessment {
      let objective = 0;
      let kktResidual = 0;
      let proportionErrorBound = 0;
      for (let index = 0; index < tile.spots.length; index++) {
        const spot = tile.spots[index];
        const shift = loadSpot(tile, abundance, spot);
        let value = tile.statistics[spot * statWidth + typeCount] / 2;
        let total = 0;
        for (let k = 0; k < typeCount; k++) {
          let product = 0;
          for (let l = 0; l < typeCount; l++) product += gram[k * typeCount + l] * old[l];
          value += old[k] * (product / 2 - tile.statistics[spot * statWidth + k] + sparsity);
          const gradient = product + shift * old[k] - target[k];
          kktResidual = Math.max(kktResidual, old[k] > 0 ? Math.abs(gradient) : -gradient);
          total += old[k];
        }
        // Each edge is met from both ends, so each end takes half of lambda / 2.
        objective += value + (lambda / 4) * roughness(tile, abundance, spot, typeCount);

        updated.set(old);
        solveNnls(work, gram, shift, target, updated);
        let distance = 0;
        for (let k = 0; k < typeCount; k++) distance += (updated[k] - old[k]) ** 2;
        if (distance > 0) {
          // The exact sweep contracts by shift / (smallest + shift) in the largest spot-wise norm.
          const bound = (Math.sqrt(distance) * (smallest + shift)) / smallest;
          const onProportion = (1 + Math.sqrt(typeCount)) * (bound / total);
          proportionErrorBound = Math.max(
            proportionErrorBound,
            Number.isNaN(onProportion) ? Infinity : onProportion,
          );
        }
      }
      return { objective, kktResidual, proportionErrorBound };
    },
  };
}

/** Sum over neighbours of |b_i - b_j|^2. */
function roughness(tile: Tile, abundance: StatArray, spot: number, typeCount: number): number {
  let sum = 0;
  for (let e = tile.indptr[spot]; e < tile.indptr[spot + 1]; e++) {
    for (let k = 0; k < typeCount; k++) {
      sum += (abundance[spot * typeCount + k] - abundance[tile.indices[e] * typeCount + k]) ** 2;
    }
  }
  return sum;
}

/**
 * The relaxation of the classical theory (Young 1954), 2 / (1 + sqrt(1 - R^2)), for the Jacobi rate R = shift /
 * (g + shift). g is the effective small eigenvalue of the Gram matrix: only a few types are positive in a spot, so it
 * is somewhat above the smallest one; 1.75 x was measured to suit.
 */
function chooseRelaxation(eigenvalues: Float64Array, shift: number): number {
  if (shift <= 0) return 1;
  const secondLargest = eigenvalues[Math.max(0, eigenvalues.length - 2)];
  const effective = Math.min(1.75 * Math.max(0, eigenvalues[0]), secondLargest);
  const rate = shift / (effective + shift);
  const relaxation = 2 / (1 + Math.sqrt(Math.max(0, 1 - rate * rate)));
  // Next to 1 it would save no sweep, and the change of relaxation costs the stopping rule two.
  return relaxation < 1.05 ? 1 : Math.min(relaxation, MAX_RELAXATION);
}
