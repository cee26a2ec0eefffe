import type { CsrChunk } from "@flashdeconv/core";
import type { Solver } from "@flashdeconv/solver";
import type { Refinement } from "@flashdeconv/solver-poisson/internal";
import type { NoticeList } from "../contracts/notices.js";
import type { DeconvolveOptions, MethodName } from "../contracts/options.js";
import type { Problem } from "../contracts/problem.js";
import type { RunContext } from "../contracts/run-context.js";
import type { Strengths } from "../stages/solve/set-smoothing.js";
import type { Evidence } from "../stages/survey/gather-evidence.js";
import type { TrialData } from "../tuning/held-out-trial.js";
import { type Fit, settleSmoothing } from "../tuning/settle-smoothing.js";
import type { OptionName } from "./option-groups.js";

/** A method of deconvolution: a solver, what the pipeline feeds it with, and what is left to the data. */
export interface Method<P extends Problem = Problem> {
  /** Undefined for a solver that is not a method's. */
  readonly name: MethodName | undefined;
  readonly solver: Solver;
  /** The options of `deconvolve` that it has; those of its solver are in `solver.options`. */
  readonly options: readonly OptionName[];
  /** Genes in use unless told otherwise: those that vary or mark a type, or all that section and reference share. */
  readonly genes: "selected" | "all";
  /** How the strength of smoothing is found where none is given; left out, it is the solver's own default. */
  readonly smoothing?: "auto";
  /** Whether the solver is fed from the model of counts: platform-corrected shares of genes, overdispersion, weights. */
  readonly weighsCounts: boolean;
  /** All that is fixed before the second pass; `sample` has raw counts of a sample over the shared genes. */
  prepare(evidence: Evidence, sample: CsrChunk, options: DeconvolveOptions, run: RunContext): P | Promise<P>;
  /** Settles what is left to the data: the strength of smoothing, and with some methods more. */
  tune(problem: P, data: TrialData, options: DeconvolveOptions, run: RunContext): Promise<Fit>;
  /** What a method leaves of the strengths that suit its solver, where the data chose them; left out, all. */
  strengthsLeft?(strengths: Strengths, meanDepth: number): Strengths;
  /** With what a third pass over the section refines a first coarse solve; left out or undefined, there is one solve and no such pass, which is told. */
  refine?(
    fit: Fit<P>,
    options: Pick<DeconvolveOptions, "maxTypes">,
    notices: NoticeList,
  ): Refinement | undefined;
}

/** As most methods tune: the strength of smoothing alone. */
export async function tuneSmoothing(
  problem: Problem,
  data: TrialData,
  { solver, smoothing }: DeconvolveOptions,
  run: RunContext,
): Promise<Fit> {
  return settleSmoothing({ solver, problem }, data, smoothing, run);
}
