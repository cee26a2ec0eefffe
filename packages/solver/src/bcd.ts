import { number, type OptionSpec, optionSchema, wordsOr } from "@flashdeconv/core/internal";
import { leastSquaresSession } from "./least-squares-session.js";
import { resolveBySchema } from "./resolve-by-schema.js";
import type { Solver } from "./solver.js";

export interface BcdOptions {
  /** Strength of the spatial smoothing, on the scale of the Gram matrix, or `auto`: 0.005 x its mean diagonal / mean degree. */
  readonly lambda: number | "auto";
  /** Sparsity, as a share of the Gram matrix's mean diagonal. */
  readonly rho: number;
}

/** Sparsity, as all solvers of least squares have it. */
export const RHO: OptionSpec<number> = Object.freeze({
  kind: number({ least: 0 }),
  default: 0.01,
  because: "as published",
  meaning: "sparsity, a share of the reference's scale",
});

const options = optionSchema<BcdOptions>("the solver bcd", {
  lambda: {
    kind: wordsOr(["auto"], number({ least: 0 })),
    default: "auto",
    because: "as published: 0.005 times the reference's scale over the mean number of neighbours",
    meaning: "strength of the smoothing, on the scale of the reference",
  },
  rho: RHO,
});

/** Share of the Gram matrix's mean diagonal that `auto` spreads over a spot's neighbours. */
const AUTO_LAMBDA_SHARE = 0.005;

/**
 * The article's problem: sketched least squares with a graph Laplacian, solved by block coordinate descent with one
 * spot as a block. Returns the optimum, where the published package stops after at most 100 coordinate sweeps.
 */
export const bcd: Solver<BcdOptions> = {
  name: "bcd",
  coupling: "neighbors",
  input: "statistics",
  smoothing: {
    option: "lambda",
    candidates({ gram, typeNames }, { meanDegree }) {
      const published = publishedLambda(meanDiagonal(gram, typeNames.length), meanDegree);
      return [1, 4, 16, 64].map((factor) => factor * published);
    },
  },

  options,
  resolveOptions: (input) => resolveBySchema(options, input),

  start(reference, { lambda, rho }, { meanDegree, arena }) {
    const scale = meanDiagonal(reference.gram, reference.typeNames.length);
    return leastSquaresSession(reference, {
      lambda: lambda === "auto" ? publishedLambda(scale, meanDegree) : lambda,
      sparsity: rho * scale,
      meanDegree,
      arena,
    });
  },
};

function publishedLambda(scale: number, meanDegree: number): number {
  return (AUTO_LAMBDA_SHARE * scale) / Math.max(meanDegree, 1);
}

/** Mean of the diagonal of a K x K matrix. */
export function meanDiagonal(gram: Float64Array, typeCount: number): number {
  let sum = 0;
  for (let k = 0; k < typeCount; k++) sum += gram[k * typeCount + k];
  return sum / typeCount;
}
