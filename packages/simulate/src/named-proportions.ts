import type { Values } from "@flashdeconv/core";

/** Proportions with the names of their rows and columns. */
export interface NamedProportions {
  /** N names. */
  readonly spotNames: readonly string[];
  /** K names. */
  readonly typeNames: readonly string[];
  /** N x K, row-major. */
  readonly values: Values;
}
