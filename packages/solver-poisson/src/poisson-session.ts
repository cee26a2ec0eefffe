import { type Chunk, CountError, ShapeError } from "@flashdeconv/core";
import {
  buildNnlsWorkspace,
  type SolverSession,
  type StatArray,
  type SweepStats,
  solveNnls,
  type Tile,
} from "@flashdeconv/solver";
import type { CountLikelihood } from "./count-likelihood.js";
import { buildCountFit, fitCounts } from "./fit-counts.js";

/**
 * Fits each spot as its counts pass by, and keeps of the likelihood the quadratic with the shared curvature n G that has the same
 * minimum, and the same slopes where an abundance is 0: n p'Gp / 2 - c'p over proportions p, with
 *
 *   c = G b - n grad F(b),    n = the spot's counts.
 *
 * That is K + 1 numbers per spot, (c, n), whatever its depth, and of the same form as those of count-weighted least squares.
 */
export function poissonSession(
  likelihood: CountLikelihood,
  settings: Readonly<Record<string, number | string>>,
): SolverSession {
  const { typeCount, geneCount, gram } = likelihood;
  const statWidth = typeCount + 1;
  const fit = buildCountFit(likelihood);
  const work = buildNnlsWorkspace(typeCount);
  const target = new Float64Array(typeCount);
  const proportions = new Float64Array(typeCount);

  return {
    statWidth,
    settings,

    summarize(rows: Chunk, out: StatArray): void {
      if (rows.kind !== "csr" || rows.width !== geneCount) {
        throw new ShapeError({
          subject: "poisson solver",
          found: `${rows.kind} rows of width ${rows.width}`,
          expected: `sparse rows of counts of ${geneCount} genes`,
          remedy: 'Feed it from a source of the kind its `input` names ("counts").',
        });
      }
      const { spotCount, indptr, indices, values } = rows;
      for (let spot = 0; spot < spotCount; spot++) {
        const at = spot * statWidth;
        const row = { indices, values, start: indptr[spot], end: indptr[spot + 1] };
        let depth = 0;
        for (let i = row.start; i < row.end; i++) {
          if (!(values[i] >= 0 && values[i] < Infinity)) refuse(values[i], rows.spotStart + spot, indices[i]);
          depth += values[i];
        }
        out[at + typeCount] = depth;
        if (depth > 0) fitCounts(fit, row);
        for (let k = 0; k < typeCount; k++) {
          let product = 0;
          for (let l = 0; l < typeCount; l++) product += gram[k * typeCount + l] * fit.abundance[l];
          const slope = fit.abundance[k] > 0 ? 0 : Math.max(0, fit.gradient[k]);
          out[at + k] = depth > 0 ? product - depth * slope : 0;
        }
      }
    },

    sweep({ spots, statistics }: Tile, abundance: StatArray): SweepStats {
      let largestChange = 0;
      for (let index = 0; index < spots.length; index++) {
        const at = spots[index] * statWidth;
        const row = spots[index] * typeCount;
        const depth = statistics[at + typeCount];
        proportions.fill(0);
        for (let k = 0; k < typeCount; k++) target[k] = depth > 0 ? statistics[at + k] / depth : 0;
        solveNnls(work, gram, 0, target, proportions);
        let change = 0;
        let total = 0;
        let oldTotal = 0;
        for (let k = 0; k < typeCount; k++) {
          change = Math.max(change, Math.abs(proportions[k] - abundance[row + k]));
          total += proportions[k];
          oldTotal += abundance[row + k];
          abundance[row + k] = proportions[k];
        }
        if (change > 0) largestChange = Math.max(largestChange, change / Math.max(total, oldTotal));
      }
      return { largestChange };
    },
  };
}

function refuse(value: number, spot: number, gene: number): never {
  throw new CountError({
    subject: "poisson solver",
    found: `${value} in spot number ${spot}, gene number ${gene}`,
    expected: "counts: finite numbers of at least 0",
    remedy: "Give raw counts, or take a solver of normalised values.",
    spot: String(spot),
    gene: String(gene),
    value,
  });
}
