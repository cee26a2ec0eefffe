import type { Solution, SolverSession } from "@flashdeconv/solver";
import packageJson from "../../package.json";
import type { Problem } from "../methods/normalized-problem.js";
import type { DeconvolveOptions } from "../methods/resolve-options.js";
import type { PreparedReference } from "../stages/reference/prepare-reference.js";
import type { SolveSummaryOptions } from "../stages/solve/solve-section.js";

/** Plain values that JSON, AnnData's `uns` and structuredClone all take. */
export type ParameterValue =
  | string
  | number
  | boolean
  | null
  | readonly string[]
  | Int32Array
  | Float64Array
  | Parameters;
export interface Parameters {
  readonly [name: string]: ParameterValue;
}

export interface SummaryFacts {
  readonly options: DeconvolveOptions;
  readonly problem: Problem;
  readonly prepared: PreparedReference;
  readonly sharedGeneCount: number;
  readonly spotCount: number;
  readonly meanDegree: number;
}

/** Everything that made a summary, under the names of the command line's options. */
export function describeSummary(facts: SummaryFacts): Parameters {
  const { options, problem, prepared } = facts;
  const isNormalized = options.solver.input !== "weighted-counts" && options.solver.input !== "counts";
  const isSelected = options.genes === "selected";
  return {
    method: options.method ?? null,
    preprocess: isNormalized ? options.preprocess : null,
    target_sum: isNormalized ? options.targetSum : null,
    log_base: isNormalized ? String(options.logBase) : null,
    genes: options.genes,
    n_hvg: isSelected ? options.highlyVariableCount : null,
    n_markers: isSelected ? options.markersPerType : null,
    sketch_dim: isNormalized ? String(options.sketchDimension) : null,
    seed: isNormalized ? options.seed : null,
    smoothing: options.smoothing === undefined ? null : String(options.smoothing),
    ...problem.facts,
    graph: options.graph,
    neighbors: options.neighborCount,
    radius: options.radius ?? null,
    platform: options.platform ?? null,
    precision: options.precision,
    allow_non_counts: options.allowNonCounts,
    spot_count: facts.spotCount,
    mean_degree: facts.meanDegree,
    cell_types: prepared.signature.typeNames,
    cell_counts: prepared.cellCounts ?? null,
    silent_types: problem.silentTypes,
    shared_gene_count: facts.sharedGeneCount,
    genes_used: problem.signature.geneNames,
  };
}

export interface SolveFacts {
  readonly options: SolveSummaryOptions;
  readonly solverOptions: object;
  readonly session: SolverSession;
  readonly solution: Omit<Solution, "abundance">;
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
