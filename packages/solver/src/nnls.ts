import { meanDiagonal } from "./bcd.js";
import { leastSquaresSession } from "./least-squares-session.js";
import { refuseUnknown, requireNumber } from "./options.js";
import type { Solver } from "./solver.js";

export interface NnlsOptions {
  /** Sparsity, as a share of the Gram matrix's mean diagonal. */
  readonly rho: number;
}

export const NNLS_DEFAULTS: NnlsOptions = Object.freeze({ rho: 0.01 });

/** Non-negative least squares of each spot by itself: the problem of `bcd` without smoothing. Needs no coordinates. */
export const nnls: Solver<NnlsOptions> = {
  name: "nnls",
  coupling: "independent",
  input: "statistics",

  resolveOptions(input = {}) {
    refuseUnknown("nnls", input, Object.keys(NNLS_DEFAULTS));
    return { rho: requireNumber("rho", input.rho ?? NNLS_DEFAULTS.rho, 0) };
  },

  start(reference, { rho }, { arena }) {
    const sparsity = rho * meanDiagonal(reference.gram, reference.typeNames.length);
    return leastSquaresSession(reference, { lambda: 0, sparsity, meanDegree: 0, arena });
  },
};
