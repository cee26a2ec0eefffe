import type { DeconvolveOptions } from "../contracts/options.js";
import { IGNORED_FOR } from "./ignored-options.js";
import { methodWith } from "./methods.js";
import type { OptionName } from "./option-groups.js";

/** The options that a result depends on: those that the method has, but for what others make meaningless. */
export function optionsInForce(options: DeconvolveOptions): Partial<DeconvolveOptions> {
  const { options: own } = methodWith(options.solver);
  const isInForce = ([name]: [string, unknown]) =>
    own.includes(name as OptionName) && IGNORED_FOR[name as OptionName]?.(options) === undefined;
  return Object.fromEntries(Object.entries(options).filter(isInForce));
}
