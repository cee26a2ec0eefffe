import type { Solution, SolverSession } from "@flashdeconv/solver";
import packageJson from "../../../package.json";
import type { SolveSummaryOptions } from "../../contracts/options.js";
import type { Parameters, ParameterValue } from "../../contracts/parameters.js";

export interface SolveFacts {
  readonly options: SolveSummaryOptions;
  readonly solverOptions: object;
  readonly session: Pick<SolverSession, "settings">;
  readonly solution: Pick<Solution, "sweeps" | "converged" | "proportionErrorEstimate"> &
    Partial<Pick<Solution, "assessment">>;
}

/** What a solve was asked for, and how it ended. */
export function describeSolve({ options, solverOptions, session, solution }: SolveFacts): Parameters {
  const { assessment } = solution;
  return {
    version: packageJson.version,
    solver: options.solver.name,
    solver_options: plain(solverOptions),
    solver_settings: { ...session.settings },
    lambda_used: session.settings.lambda ?? null,
    tolerance: options.tolerance,
    max_sweeps: options.maxSweeps,
    precision: options.precision,
    empty: options.empty,
    few_counts: options.fewCounts,
    sweeps: solution.sweeps,
    converged: solution.converged,
    proportion_error_estimate: finite(solution.proportionErrorEstimate),
    proportion_error_bound: finite(assessment?.proportionErrorBound),
    objective: finite(assessment?.objective),
    kkt_residual: finite(assessment?.kktResidual),
  };
}

/** null where there is no number to tell: JSON knows neither infinity nor NaN. */
function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

/** A solver's options as far as they are plain values; a plugin may have others. */
function plain(options: object): Parameters {
  const entries = Object.entries(options).map(([name, value]): [string, ParameterValue] => {
    const isPlain = typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
    return [name, isPlain ? (value as ParameterValue) : (JSON.stringify(value) ?? null)];
  });
  return Object.fromEntries(entries);
}
