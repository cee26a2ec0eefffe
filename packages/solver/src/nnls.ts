import { optionSchema } from "@flashdeconv/core/internal";
import { meanDiagonal, RHO } from "./bcd.js";
import { leastSquaresSession } from "./least-squares-session.js";
import { resolveBySchema } from "./resolve-by-schema.js";
import type { Solver } from "./solver.js";

export interface NnlsOptions {
  /** Sparsity, as a share of the Gram matrix's mean diagonal. */
  readonly rho: number;
}

const options = optionSchema<NnlsOptions>("the solver nnls", { rho: RHO });

/** Non-negative least squares of each spot by itself: the problem of `bcd` without smoothing. Needs no coordinates. */
export const nnls: Solver<NnlsOptions> = {
  name: "nnls",
  coupling: "independent",
  input: "statistics",

  options,
  resolveOptions: (input) => resolveBySchema(options, input),

  start(reference, { rho }, { arena }) {
    const sparsity = rho * meanDiagonal(reference.gram, reference.typeNames.length);
    return leastSquaresSession(reference, { lambda: 0, sparsity, meanDegree: 0, arena });
  },
};
