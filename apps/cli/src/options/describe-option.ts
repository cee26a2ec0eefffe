import type { OptionSpec } from "@flashdeconv/core/internal";
import {
  DECONVOLVE_DEFAULTS,
  DECONVOLVE_OPTIONS,
  type DeconvolveOptions,
  METHOD_NAMES,
  METHODS,
  type MethodName,
} from "@flashdeconv/pipeline";
import { methodsWith, methodsWithOwn } from "@flashdeconv/pipeline/internal";
import { OPTION_FLAGS } from "@flashdeconv/results/internal";
import { inFlags } from "./option-flags.js";

/** An option in the words of the command line: what help and documents say of it. */
export interface DescribedOption {
  readonly name: string;
  readonly flag: string;
  readonly spec: OptionSpec;
  /** The methods that have it. */
  readonly methods: readonly MethodName[];
  readonly meaning: string;
  /** Undefined where there is none. */
  readonly default: string | undefined;
  readonly because: string | undefined;
}

/** An option of `deconvolve`. */
export function describeOption(name: keyof DeconvolveOptions): DescribedOption {
  const spec: OptionSpec = DECONVOLVE_OPTIONS[name];
  const byMethod = name === "genes" || name === "smoothing" ? defaultByMethod(name) : undefined;
  return { ...described(name, spec), methods: methodsWith(name), default: byMethod ?? defaultOf(spec) };
}

/** An option of the methods' solvers. */
export function describeOwnOption(name: string): DescribedOption {
  const methods = methodsWithOwn(name);
  const table = METHODS[methods[0]].solver.options?.table as Readonly<Record<string, OptionSpec>>;
  const spec = table[name];
  return { ...described(name, spec), methods, default: defaultOf(spec) };
}

function described(name: string, spec: OptionSpec) {
  const { meaning, because } = spec;
  return {
    name,
    flag: OPTION_FLAGS[name] ?? `${name} of --solver-options`,
    spec,
    meaning: inFlags(meaning),
    because: because === undefined ? undefined : inFlags(because),
  };
}

function defaultOf({ kind, default: value }: OptionSpec): string | undefined {
  const isTold = kind.form === "choice" || kind.form === "number";
  return isTold && value !== undefined ? String(value) : undefined;
}

/** "all with weighted, poisson; selected with flashdeconv". */
function defaultByMethod(name: "genes" | "smoothing"): string {
  const told = (method: MethodName) => METHODS[method][name] ?? `as ${OPTION_FLAGS.lambda}`;
  const values = [DECONVOLVE_DEFAULTS.method, ...METHOD_NAMES].map((method) => told(method as MethodName));
  return [...new Set(values)]
    .map((value) => `${value} with ${METHOD_NAMES.filter((method) => told(method) === value).join(", ")}`)
    .join("; ");
}
