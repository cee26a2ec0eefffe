import type { Solver, SolverInput } from "@flashdeconv/solver";
import type { DeconvolveOptions, MethodName } from "../contracts/options.js";
import { flashdeconv } from "./flashdeconv.js";
import type { Method } from "./method.js";
import {
  COMMON_OPTIONS,
  COUNT_MODEL_OPTIONS,
  NEIGHBOR_OPTIONS,
  NORMALIZED_OPTIONS,
  type OptionName,
} from "./option-groups.js";
import { poisson, refined } from "./refined.js";
import { weighted } from "./weighted.js";

export const METHODS: Readonly<Record<MethodName, Method>> = Object.freeze({
  refined,
  weighted,
  poisson,
  flashdeconv,
});

export const METHOD_NAMES = Object.freeze(Object.keys(METHODS) as MethodName[]);

/** The name of a solver's method, or undefined for a solver that is none of ours. */
export function methodOf(solver: Solver): MethodName | undefined {
  return METHOD_NAMES.find((name) => METHODS[name].solver === solver);
}

/** The method of a solver; one that is not a method's is fed as its `input` says. */
export function methodWith(solver: Solver): Method {
  const own = methodOf(solver);
  if (own !== undefined) return METHODS[own];
  const like = solver.input === "weighted-counts" ? weighted : flashdeconv;
  return { ...like, name: undefined, solver, smoothing: undefined, options: optionsFor(solver) };
}

/** The options of a solver that is not a method's, by what it is fed with and looks at. */
function optionsFor({ input, coupling, smoothing }: Solver): readonly OptionName[] {
  const ofRows = input === "counts" ? [] : NORMALIZED_OPTIONS;
  return [
    ...COMMON_OPTIONS,
    ...(input === "weighted-counts" ? COUNT_MODEL_OPTIONS : ofRows),
    ...(coupling === "neighbors" ? NEIGHBOR_OPTIONS : []),
    ...(smoothing === undefined ? [] : (["smoothing"] as const)),
    ...(smoothing?.option === "lambda" ? (["platform"] as const) : []),
  ];
}

/** The methods that have an option of `deconvolve`. */
export function methodsWith(option: OptionName): readonly MethodName[] {
  return METHOD_NAMES.filter((name) => METHODS[name].options.includes(option));
}

/** The methods whose solver has an option of its own by this name. */
export function methodsWithOwn(option: string): readonly MethodName[] {
  return METHOD_NAMES.filter((name) => option in (METHODS[name].solver.options?.table ?? {}));
}

/** The method that made statistics of a kind: the one of the name that was kept with them or, where none was, the first of its kind. */
export function methodOfStatistics(input: SolverInput, name: unknown): Method | undefined {
  const ofKind = Object.values(METHODS).filter(({ solver }) => solver.input === input);
  return ofKind.find((method) => method.name === name) ?? ofKind[0];
}

/** Whether a third pass over the section refines the spots. */
export function refines({ solver }: DeconvolveOptions): boolean {
  return methodWith(solver).refine !== undefined;
}
