import { OptionError } from "@flashdeconv/core";
import { checkOption } from "@flashdeconv/core/internal";
import { resolveGraphOptions } from "@flashdeconv/graph";
import { resolveGeneSelectionOptions } from "@flashdeconv/select-genes";
import type { Solver } from "@flashdeconv/solver";
import type { DeconvolveOptions, MethodName, SharedChoice } from "../contracts/options.js";
import { graphOptions } from "../stages/neighbors/graph-options.js";
import { BUILT_IN_SOLVERS } from "./built-in-solvers.js";
import { checkSolverOptions, type MethodOrigin, refuseForeign, refuseIgnored } from "./check-options.js";
import { DECONVOLVE_DEFAULTS, DECONVOLVE_OPTIONS } from "./deconvolve-options.js";
import { geneSelectionOptions } from "./gene-selection-options.js";
import { guardSolver } from "./guard-solver.js";
import { METHODS, methodOf, methodWith } from "./methods.js";
import type { OptionName } from "./option-groups.js";

/** Below this tolerance abundances are kept in double unless asked otherwise. */
const FINEST_FLOAT32_TOLERANCE = 1e-5;

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
  const names = entries.map(([option]) => option as OptionName);
  const given = { names, options, origin };
  refuseForeign(given);
  for (const name of names) checkOption(name, DECONVOLVE_OPTIONS[name], options[name]);
  resolveGeneSelectionOptions(geneSelectionOptions(options));
  checkSmoothing(options);
  if (origin !== "statistics") refuseOwnOverdispersion(options);
  refuseIgnored(given);
  resolveGraphOptions(graphOptions(options));
  // Not kept: the pipeline resolves them again once the strength of smoothing is known.
  checkSolverOptions(options, origin);
  resolvedOptions.add(options);
  return options;
}

/** Resolved options that hold a choice, and that choice: a result says that its strengths were chosen, not given. */
const choices = new WeakMap<DeconvolveOptions, SharedChoice>();

/** What was chosen for these options on several sections together; undefined where nothing was. */
export const choiceIn = (options: DeconvolveOptions): SharedChoice | undefined => choices.get(options);

/** Resolved options with the strengths that were chosen for them, which make no option meaningless that had a meaning before. */
export function withChoice(options: DeconvolveOptions, choice: SharedChoice): DeconvolveOptions {
  const { smoothing, shrinkage } = choice.strengths;
  const pull = options.solver.shrinkage?.option;
  const solverOptions = { ...options.solverOptions, ...(pull !== undefined && { [pull]: shrinkage }) };
  const settled = { ...options, smoothing, solverOptions };
  resolvedOptions.add(settled);
  choices.set(settled, choice);
  return settled;
}

/** What the method decides, where it is not given. */
function resolveMethod(
  input: Partial<DeconvolveOptions>,
): Pick<DeconvolveOptions, "method" | "solver" | "genes" | "smoothing"> {
  const { solver: given, method: asked } = input;
  if (asked !== undefined) checkOption("method", DECONVOLVE_OPTIONS.method, asked);
  const unset = given && methodOf(given) === undefined ? undefined : DECONVOLVE_DEFAULTS.method;
  const method = asked ?? unset;
  if (given !== undefined) refuseOtherSolver(given, method);
  const defaults = method && METHODS[method];
  const solver = (given && ours(given)) ?? defaults?.solver ?? DECONVOLVE_DEFAULTS.solver;
  const isSet = solver.smoothing !== undefined && solver.smoothing.option in (input.solverOptions ?? {});
  return {
    method,
    solver,
    genes: input.genes ?? defaults?.genes ?? methodWith(solver).genes,
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
    rule: `no solver beside { method: "${method}" }: a method brings its own`,
    remedy:
      own === undefined
        ? `To solve with ${solver.name}, leave the method out; to solve with the method ${method}, leave the solver out.`
        : `Give { method: "${own}" }, which brings this solver, or { method: "${method}" } alone.`,
  });
}

/** The strength of smoothing comes from one place, and only to a solver that has one. */
function checkSmoothing({ smoothing, platform, solver, solverOptions }: DeconvolveOptions): void {
  const own = solver.smoothing?.option;
  const refuse = (option: string, value: unknown, rule: string, remedy = "Give one of the two.") => {
    throw new OptionError({ option, value, rule, remedy });
  };
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

/** Of statistics it is not refused: they were made with one, which their solver is told again. */
function refuseOwnOverdispersion({ solver, solverOptions }: DeconvolveOptions): void {
  if (!methodWith(solver).weighsCounts || !("overdispersion" in solverOptions)) return;
  throw new OptionError({
    option: "solverOptions",
    value: solverOptions,
    rule: "no overdispersion, which is an option of the method",
    remedy: "Give it as { overdispersion: 0.1 }.",
  });
}
