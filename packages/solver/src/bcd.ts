import { OptionError } from "@flashdeconv/core";
import { leastSquaresSession } from "./least-squares-session.js";
import { refuseUnknown, requireNumber } from "./options.js";
import type { Solver } from "./solver.js";

export interface BcdOptions {
  /** Strength of the spatial smoothing, on the scale of the Gram matrix, or `auto`: 0.005 x its mean diagonal / mean degree. */
  readonly lambda: number | "auto";
  /** Sparsity, as a share of the Gram matrix's mean diagonal. */
  readonly rho: number;
}

/** The published package's constants (FlashDeconv 0.1.6). */
export const BCD_DEFAULTS: BcdOptions = Object.freeze({ lambda: "auto", rho: 0.01 });

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

  resolveOptions(input = {}) {
    refuseUnknown("bcd", input, Object.keys(BCD_DEFAULTS));
    const { lambda, rho } = { ...BCD_DEFAULTS, ...input };
    if (lambda !== "auto" && !(typeof lambda === "number" && Number.isFinite(lambda) && lambda >= 0)) {
      throw new OptionError({ option: "lambda", value: lambda, rule: '"auto" or a number of at least 0' });
    }
    return { lambda, rho: requireNumber("rho", rho, 0) };
  },

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
