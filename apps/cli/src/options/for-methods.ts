import {
  type DeconvolveOptions,
  METHOD_NAMES,
  type MethodName,
  methodsWith,
  methodsWithOwn,
} from "@flashdeconv/pipeline";

/** What help says of an option of `run`, after the methods that have it where not all do. */
export function forMethods(option: keyof DeconvolveOptions, meaning: string): string {
  return prefixed(methodsWith(option), meaning);
}

/** The same of an option of the methods' solvers. */
export function forOwnMethods(option: string, meaning: string): string {
  return prefixed(methodsWithOwn(option), meaning);
}

function prefixed(methods: readonly MethodName[], meaning: string): string {
  return methods.length === METHOD_NAMES.length ? meaning : `${methods.join(", ")}: ${meaning}`;
}
