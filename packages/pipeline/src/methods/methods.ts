import type { Solver } from "@flashdeconv/solver";
import type { DeconvolveOptions, MethodName } from "../contracts/options.js";
import { flashdeconv } from "./flashdeconv.js";
import type { Method } from "./method.js";
import { poisson } from "./poisson.js";
import { weighted } from "./weighted.js";

export const METHODS: Readonly<Record<MethodName, Method>> = Object.freeze({
  flashdeconv,
  weighted,
  poisson,
});

export const METHOD_NAMES = Object.freeze(Object.keys(METHODS) as MethodName[]);

/** The name of a solver's method, or undefined for a solver that is none of ours. */
export function methodOf(solver: Solver): MethodName | undefined {
  return METHOD_NAMES.find((name) => METHODS[name].solver === solver);
}

/** The method of a solver; one that is no method's is fed as its `input` says. */
export function methodWith(solver: Solver): Method {
  const own = methodOf(solver);
  if (own !== undefined) return METHODS[own];
  const like = solver.input === "weighted-counts" ? weighted : flashdeconv;
  return { ...like, name: undefined, solver, smoothing: undefined };
}

/** Whether anything is to be found out on a sample of the spots. */
export function needsSample(options: DeconvolveOptions): boolean {
  return methodWith(options.solver).needsSample(options);
}
