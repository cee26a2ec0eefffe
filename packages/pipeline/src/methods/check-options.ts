import { isFlashdeconvError, OptionError } from "@flashdeconv/core";
import type { Solver } from "@flashdeconv/solver";
import type { SpatialInput } from "../contracts/inputs.js";
import type { DeconvolveOptions, MethodName } from "../contracts/options.js";
import { IGNORED_FOR } from "./ignored-options.js";
import { methodOf, methodsWith, methodsWithOwn, methodWith } from "./methods.js";

/** Where the method of a run comes from: what to do about an option that it lacks depends on that. */
export type MethodOrigin = "given" | "default" | "statistics";

export interface GivenOptions {
  /** The options that were given, whatever their value: the default counts too. */
  readonly names: readonly (keyof DeconvolveOptions)[];
  readonly options: DeconvolveOptions;
  readonly origin: MethodOrigin;
}

/** Refuses each given option that the solver does not have. Settings in messages are written as `{ option: value }`. */
export function refuseForeign({ names, options, origin }: GivenOptions): void {
  const { solver } = options;
  const own = methodWith(solver).options;
  const option = names.find((name) => !own.includes(name));
  if (option === undefined) return;
  throw foreign({ option, value: options[option], methods: methodsWith(option) }, solver, origin);
}

/** Refuses cells of each spot that a section says and the solver's result has no table for. */
export function refuseForeignCells({ cellsPerSpot }: SpatialInput, options: DeconvolveOptions): void {
  if (cellsPerSpot === undefined) return;
  const value = "one for each spot";
  if (options.cellsPerSpot !== undefined) {
    const rule = "nothing where the section says it for each spot";
    throw new OptionError({
      option: "cellsPerSpot",
      value: options.cellsPerSpot,
      rule,
      remedy: "Leave one of the two out.",
    });
  }
  const { solver } = options;
  if (methodWith(solver).options.includes("cellsPerSpot")) return;
  throw foreign({ option: "cellsPerSpot", value, methods: methodsWith("cellsPerSpot") }, solver, "given");
}

/** Refuses each given option that nothing would look at, for what other options say. */
export function refuseIgnored({ names, options }: GivenOptions): void {
  for (const option of names) {
    const refusal = IGNORED_FOR[option]?.(options);
    if (refusal) throw new OptionError({ option, value: told(options[option]), ...refusal });
  }
}

/** Refuses options of the solver's own that it does not have, and what it refuses itself. */
export function checkSolverOptions({ solver, solverOptions }: DeconvolveOptions, origin: MethodOrigin): void {
  const refused = (option: string) =>
    foreign({ option, value: solverOptions[option], methods: methodsWithOwn(option) }, solver, origin);
  let resolved: object;
  try {
    resolved = solver.resolveOptions(solverOptions);
  } catch (error) {
    const option = isFlashdeconvError(error) && error instanceof OptionError ? error.option : "";
    const isUnknown = option in solverOptions && !(option in defaultsOf(solver));
    throw isUnknown && methodsWithOwn(option).length > 0 ? refused(option) : error;
  }
  for (const [option, value] of Object.entries(solverOptions)) {
    if (value !== undefined && !(option in resolved)) throw refused(option);
  }
}

/** What the solver's options are where none is given. */
function defaultsOf({ options, resolveOptions }: Solver): object {
  return options?.table ?? resolveOptions();
}

interface ForeignOption {
  readonly option: string;
  readonly value: unknown;
  /** Those that have it. */
  readonly methods: readonly MethodName[];
}

function foreign(
  { option, value, methods }: ForeignOption,
  solver: Solver,
  origin: MethodOrigin,
): OptionError {
  const method = methodOf(solver);
  const subject = method === undefined ? `the solver ${solver.name}` : setting(method);
  const whose = {
    given: subject,
    default: `${subject}, the default`,
    statistics: method === undefined ? subject : `statistics of ${subject}`,
  };
  const others = methods.map(setting).join(" or ");
  const remedy = {
    given: method === undefined ? `take ${others} in place of the solver` : `take ${others}`,
    default: `add ${others}`,
    statistics: `run the section itself with ${others}`,
  };
  return new OptionError({
    option,
    value: told(value),
    rule: `nothing with ${whose[origin]}: it has no such option`,
    remedy: others === "" ? "Check the spelling, or leave it out." : `Leave it out, or ${remedy[origin]}.`,
  });
}

function setting(method: MethodName): string {
  return `{ method: "${method}" }`;
}

function told(value: unknown): unknown {
  return typeof value === "object" || typeof value === "function" ? String(value) : value;
}
