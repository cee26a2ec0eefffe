import { OptionError } from "@flashdeconv/core";

/**
 * The value of an option that has no default. Commander could ask for it too, but would do so before it finds the misspelt
 * option that was meant for it.
 */
export function requireGiven(flag: string, value: string | undefined, rule: string): string {
  if (value !== undefined) return value;
  throw new OptionError({ option: flag, value, rule, remedy: `Give ${flag} PATH; --help has examples.` });
}
