import { type Chunk, CountError, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { StatArray } from "@flashdeconv/solver";
import { type CountFit, fitCounts } from "./fit-counts.js";

/**
 * Fits each spot as its counts pass by, and keeps of the likelihood the quadratic with the shared curvature n G that has the same
 * minimum, and the same slopes where an abundance is 0: n p'Gp / 2 - c'p over proportions p, with
 *
 *   c = G b - n grad F(b),    n = the spot's counts.
 *
 * That is K + 1 numbers per spot, (c, n), whatever its depth, and of the same form as those of count-weighted least squares.
 *
 * @param out spots x (K + 1), overwritten
 */
export function summarizeLikelihood(fit: CountFit, rows: Chunk, out: StatArray): void {
  const { typeCount, geneCount, gram } = fit.likelihood;
  if (rows.kind !== "csr" || rows.width !== geneCount) {
    throw new ShapeError({
      subject: "poisson solver",
      found: `${rows.kind} rows of width ${rows.width}`,
      expected: `sparse rows of counts of ${numbered(geneCount, "gene")}`,
      remedy: 'Feed it from a source of the kind its `input` names ("counts").',
    });
  }
  const { spotCount, indptr, indices, values } = rows;
  for (let spot = 0; spot < spotCount; spot++) {
    const at = spot * (typeCount + 1);
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
