import { type Executor, type Notice, OptionError } from "@flashdeconv/core";
import { GRAPH_DEFAULTS, type GraphKind, resolveGraphOptions } from "@flashdeconv/graph";
import { KERNEL_CHOICES, type KernelChoice } from "@flashdeconv/kernels";
import {
  NORMALIZATION_DEFAULTS,
  type NormalizationOptions,
  resolveNormalizationOptions,
} from "@flashdeconv/normalize";
import { GENE_SELECTION_DEFAULTS, resolveGeneSelectionOptions } from "@flashdeconv/select-genes";
import { resolveSketchOptions, SKETCH_DEFAULTS } from "@flashdeconv/sketch";
import { resolveSolveOptions, SOLVE_DEFAULTS, type SolveOptions, type Solver } from "@flashdeconv/solver";
import type { Checkpoint } from "../contracts/checkpoint.js";
import type { ScratchUse } from "../contracts/scratch.js";
import type { PipelineTasks } from "../stages/pipeline-tasks.js";
import type { SectionSummary } from "../summarize-section.js";
import { BUILT_IN_SOLVERS } from "./built-in-solvers.js";
import { checkSolverOptions, type MethodOrigin, refuseForeign, refuseIgnored } from "./check-options.js";
import { guardSolver } from "./guard-solver.js";
import { METHOD_NAMES, METHODS, type MethodName, methodOf } from "./methods.js";
import { PLATFORMS, type PlatformName } from "./platforms.js";
import { usesCountModel } from "./smoothed-poisson.js";

export type StageName = "reference" | "genes" | "smoothing" | "statistics" | "graph" | "solve" | "write";

/** Where a run stands. `done` and `total` count cells, spots or, in `smoothing` and `solve`, sweeps (their total is not known). */
export interface StageProgress {
  readonly stage: StageName;
  readonly done: number;
  readonly total: number | undefined;
  /** In `solve`: estimated largest error of any proportion so far. */
  readonly estimate?: number;
}

export interface DeconvolveOptions extends NormalizationOptions, SolveOptions {
  /**
   * The method by name, which brings a solver and settings for it. "weighted" by default, the most accurate one. Nothing else decides it:
   * an option that it does not have is refused. Undefined with a solver that is no method's.
   */
  readonly method: MethodName | undefined;
  /** Genes in use: those that vary or mark a type ("selected"), or all shared ones. By default as the method has it. */
  readonly genes: "selected" | "all";
  /** Highly variable genes to take; 2,000 by default. */
  readonly highlyVariableCount: number;
  /** Marker genes to take per type; 50 by default. */
  readonly markersPerType: number;
  /** Dimensions of the CountSketch, or "none" for exact statistics; 512 by default, as published. */
  readonly sketchDimension: number | "none";
  /** Seed of the sketch; 0 gives the published one. */
  readonly seed: number;
  /** Which spots are neighbours; "knn" by default, which suits any layout of spots. */
  readonly graph: GraphKind;
  /** Nearest neighbours of "knn"; 6 by default, those of a hexagonal lattice. */
  readonly neighborCount: number;
  /** Greatest distance of neighbours, for "radius" only, in the unit of the coordinates. */
  readonly radius: number | undefined;
  /** The method's, one that is no method's (`nnls`), or one of your own. */
  readonly solver: Solver;
  /** The solver's own options, over its defaults. */
  readonly solverOptions: Readonly<Record<string, unknown>>;
  /**
   * Strength of the smoothing: a number on the solver's scale, "none", or "auto", which chooses it by count splitting on a sample
   * of the section. Undefined leaves it to the solver's options. "auto" by default with the methods `weighted` and `poisson`.
   */
  readonly smoothing: number | "auto" | "none" | undefined;
  /**
   * For the method `poisson`: fits spots by likelihood where count splitting on a sample of the section says that it is better than
   * the least squares of `weighted` ("auto", the default), or in any case ("always").
   */
  readonly likelihood: "auto" | "always";
  /** Whether the reference is adapted to the bulk of the section; for the methods `weighted` and `poisson` only. True by default. */
  readonly platformCorrection: boolean;
  /**
   * Overdispersion phi of counts (variance m + phi m^2), for the methods `weighted` and `poisson` only; "auto", by default,
   * estimates it on a sample of the section.
   */
  readonly overdispersion: number | "auto";
  /** Takes the smoothing from the article's table for this platform, carried over to the scale at hand; none by default. */
  readonly platform: PlatformName | undefined;
  /**
   * Storage of normalised values, statistics and proportions; arithmetic is double. "float32" by default: half the memory, and
   * proportions move by about 1e-6, far below the tolerance. By default "float64" where the tolerance is below 1e-5, which
   * the rounding of single precision may never let a run reach.
   */
  readonly precision: "float64" | "float32";
  /** What a spot without any abundance gets: "nan" by default, or 1/K in every type ("uniform", as the Python package does). */
  readonly empty: "nan" | "uniform";
  /**
   * Which form of the inner loops to run: WebAssembly, TypeScript, or WebAssembly where the runtime has it with SIMD ("auto", the
   * default). No result depends on it, to the bit, and none records it.
   */
  readonly kernels: KernelChoice;
  /** Accept values that are not whole numbers (they must still be finite and not negative). False by default. */
  readonly allowNonCounts: boolean;
}

export interface DeconvolveCallbacks {
  /**
   * Shares the passes over the section among threads (`threadPool` of `@flashdeconv/pipeline/pool`). The section must then
   * have a `location`, and the solver be built in; else, and by default, everything runs on the calling thread. The
   * result is the same to the bit. The caller closes it.
   */
  readonly executor?: Executor<PipelineTasks>;
  /**
   * Keeps statistics, abundances and proportions in files instead of memory. The result is the same to the bit. Its
   * proportions are read from scratch, which the caller removes when it is done with them.
   */
  readonly scratch?: ScratchUse;
  /**
   * Keeps finished pieces, so that a run that was stopped goes on from them, to the bit the same. It must belong to these inputs and
   * options alone; with `scratch`, to that scratch too.
   */
  readonly checkpoint?: Checkpoint;
  /** Given the summary of the section before it is solved, to keep it for `solveSummary`; awaited. It must not be changed. */
  readonly onSummary?: (summary: SectionSummary) => void | Promise<void>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: StageProgress) => void;
  /** Told once per kind of repair or decision the user should hear of. All are in the result too. */
  readonly onNotice?: (notice: Notice) => void;
}

/** Below this tolerance abundances are kept in double unless asked otherwise. */
const FINEST_FLOAT32_TOLERANCE = 1e-5;

const DEFAULT_METHOD = "weighted";

export const DECONVOLVE_DEFAULTS: DeconvolveOptions = Object.freeze({
  ...NORMALIZATION_DEFAULTS,
  ...SOLVE_DEFAULTS,
  highlyVariableCount: GENE_SELECTION_DEFAULTS.highlyVariableCount,
  markersPerType: GENE_SELECTION_DEFAULTS.markersPerType,
  sketchDimension: SKETCH_DEFAULTS.dimension,
  seed: SKETCH_DEFAULTS.seed,
  graph: GRAPH_DEFAULTS.kind,
  neighborCount: GRAPH_DEFAULTS.neighborCount,
  radius: undefined,
  method: DEFAULT_METHOD,
  genes: METHODS[DEFAULT_METHOD].genes,
  solver: METHODS[DEFAULT_METHOD].solver,
  smoothing: METHODS[DEFAULT_METHOD].smoothing,
  likelihood: "auto",
  platformCorrection: true,
  overdispersion: "auto",
  solverOptions: Object.freeze({}),
  platform: undefined,
  precision: "float32",
  empty: "nan",
  kernels: "auto",
  allowNonCounts: false,
});

/** What has been resolved once is not looked at as given again: it holds every option. */
const resolvedOptions = new WeakSet<object>([DECONVOLVE_DEFAULTS]);

/**
 * The given options, checked, with the defaults for what is left out; undefined counts as left out. What it returns may be given to it, and
 * to `deconvolve`, as it is.
 *
 * @throws OptionError for an option that is unknown, has a value it cannot take, or would be ignored: one that the method or solver
 * does not have, or that another option makes meaningless. The default value counts as given too. Nothing is read before.
 */
export function resolveDeconvolveOptions(input: Partial<DeconvolveOptions> = {}): DeconvolveOptions {
  return resolveOptionsFor(
    input,
    input.method === undefined && input.solver === undefined ? "default" : "given",
  );
}

/** The same for a method that comes from `origin`. */
export function resolveOptionsFor(
  input: Partial<DeconvolveOptions>,
  origin: MethodOrigin,
): DeconvolveOptions {
  if (resolvedOptions.has(input)) return input as DeconvolveOptions;
  const entries = Object.entries(input).filter(([, value]) => value !== undefined);
  for (const [option, value] of entries) {
    if (Object.hasOwn(DECONVOLVE_DEFAULTS, option)) continue;
    const rule = `an option of deconvolve: ${Object.keys(DECONVOLVE_DEFAULTS).join(", ")}`;
    throw new OptionError({ option, value: String(value), rule });
  }
  const merged: DeconvolveOptions = {
    ...DECONVOLVE_DEFAULTS,
    ...Object.fromEntries(entries),
    ...resolveMethod(input),
  };
  const needsDouble = input.precision === undefined && merged.tolerance < FINEST_FLOAT32_TOLERANCE;
  const options: DeconvolveOptions = needsDouble ? { ...merged, precision: "float64" } : merged;
  const names = entries.map(([option]) => option as keyof DeconvolveOptions);
  const given = { names, options, origin };
  refuseForeign(given);
  resolveNormalizationOptions(options);
  resolveGeneSelectionOptions(geneSelectionOptions(options));
  resolveSketchOptions({ dimension: options.sketchDimension, seed: options.seed });
  requireOneOf("graph", options.graph, ["knn", "radius", "grid"]);
  resolveSolveOptions(options);
  requireOneOf("precision", options.precision, ["float64", "float32"]);
  requireOneOf("empty", options.empty, ["nan", "uniform"]);
  requireOneOf("kernels", options.kernels, KERNEL_CHOICES);
  requireOneOf("genes", options.genes, ["selected", "all"]);
  if (options.platform !== undefined) requireOneOf("platform", options.platform, Object.keys(PLATFORMS));
  requireBoolean("allowNonCounts", options.allowNonCounts);
  checkSmoothing(options);
  checkCountOptions(options, origin);
  refuseIgnored(given);
  resolveGraphOptions(graphOptions(options));
  // Not kept: the pipeline resolves them again once the strength of smoothing is known.
  checkSolverOptions(options, origin);
  resolvedOptions.add(options);
  return options;
}

/** What the method decides, where it is not given. */
function resolveMethod(
  input: Partial<DeconvolveOptions>,
): Pick<DeconvolveOptions, "method" | "solver" | "genes" | "smoothing"> {
  const { solver: given, method: asked } = input;
  if (asked !== undefined) requireOneOf("method", asked, METHOD_NAMES);
  const method = asked ?? (given && methodOf(given) === undefined ? undefined : DEFAULT_METHOD);
  if (given !== undefined) refuseOtherSolver(given, method);
  const defaults = method && METHODS[method];
  const solver = (given && ours(given)) ?? (defaults ?? METHODS[DEFAULT_METHOD]).solver;
  const isSet = solver.smoothing !== undefined && solver.smoothing.option in (input.solverOptions ?? {});
  return {
    method,
    solver,
    genes: input.genes ?? defaults?.genes ?? (usesCountModel(solver) ? "all" : "selected"),
    smoothing: input.smoothing ?? (isSet || input.platform ? undefined : defaults?.smoothing),
  };
}

/** A solver of ours as it is, any other with its calls watched. */
function ours(solver: Solver): Solver {
  return BUILT_IN_SOLVERS[solver.name] === solver ? solver : guardSolver(solver);
}

/** The method alone decides: a solver that is another method's, or no method's, does not change it. */
function refuseOtherSolver(solver: Solver, method: MethodName | undefined): void {
  if (method === undefined || METHODS[method].solver === solver) return;
  const own = methodOf(solver);
  throw new OptionError({
    option: "solver",
    value: solver.name,
    rule: `none but ${METHODS[method].solver.name} with { method: "${method}" }`,
    remedy:
      own === undefined
        ? "It belongs to no method: leave the method out, or the solver."
        : `Give { method: "${own}" }, which brings this solver.`,
  });
}

/** The strength of smoothing comes from one place, and only to a solver that has one. */
function checkSmoothing({ smoothing, platform, solver, solverOptions }: DeconvolveOptions): void {
  const own = solver.smoothing?.option;
  const refuse = (option: string, value: unknown, rule: string, remedy = "Give one of the two.") => {
    throw new OptionError({ option, value, rule, remedy });
  };
  const isStrength = typeof smoothing === "number" && Number.isFinite(smoothing) && smoothing >= 0;
  if (smoothing !== undefined && smoothing !== "auto" && smoothing !== "none" && !isStrength) {
    refuse("smoothing", smoothing, '"auto", "none" or a number of at least 0', "Give such a value.");
  }
  if (platform !== undefined && "lambda" in solverOptions) {
    refuse("platform", platform, "no platform where lambda is given");
  }
  if (smoothing === undefined) return;
  if (own !== undefined && own in solverOptions) {
    refuse("smoothing", smoothing, `no smoothing where ${own} is given`);
  }
  if (platform !== undefined) refuse("smoothing", smoothing, "no smoothing where a platform is given");
  const pull = solver.shrinkage?.option;
  if (smoothing === "auto" && pull !== undefined && solverOptions[pull] !== undefined) {
    const rule = 'nothing with { smoothing: "auto" }, which chooses it too';
    refuse(pull, solverOptions[pull], rule, 'Leave it out, or give smoothing as a number or "none".');
  }
}

function checkCountOptions(
  { solver, solverOptions, ...options }: DeconvolveOptions,
  origin: MethodOrigin,
): void {
  const { overdispersion, platformCorrection, likelihood } = options;
  const isNumber = typeof overdispersion === "number" && overdispersion >= 0 && overdispersion < Infinity;
  if (overdispersion !== "auto" && !isNumber) {
    const rule = '"auto" or a number of at least 0';
    throw new OptionError({ option: "overdispersion", value: overdispersion, rule });
  }
  requireBoolean("platformCorrection", platformCorrection);
  requireOneOf("likelihood", likelihood, ["auto", "always"]);
  // Statistics were made with one, which their solver is told again.
  if (origin === "statistics" || !usesCountModel(solver) || !("overdispersion" in solverOptions)) return;
  throw new OptionError({
    option: "solverOptions",
    value: solverOptions,
    rule: "no overdispersion, which is an option of the method",
    remedy: "Give it as { overdispersion: 0.1 }.",
  });
}

export function geneSelectionOptions({ highlyVariableCount, markersPerType }: DeconvolveOptions) {
  return { highlyVariableCount, markersPerType };
}

export function graphOptions({ graph, neighborCount, radius }: DeconvolveOptions) {
  return { kind: graph, neighborCount, radius };
}

function requireOneOf(option: string, value: string, allowed: readonly string[]): void {
  if (allowed.includes(value)) return;
  throw new OptionError({ option, value, rule: `one of ${allowed.map((name) => `"${name}"`).join(", ")}` });
}

function requireBoolean(option: string, value: unknown): void {
  if (typeof value !== "boolean") throw new OptionError({ option, value, rule: "true or false" });
}
