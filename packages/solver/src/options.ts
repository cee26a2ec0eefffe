import { OptionError } from "@flashdeconv/core";

/** A finite number of at least `minimum`, or an OptionError that says so. */
export function requireNumber(option: string, value: unknown, minimum: number): number {
  if (typeof value !== "number" || !Number.isFinite(value) || value < minimum) {
    throw new OptionError({ option, value, rule: `a number of at least ${minimum}` });
  }
  return value;
}

/** Refuses options a solver does not have: a misspelt one must not be ignored. */
export function refuseUnknown(solver: string, input: object, known: readonly string[]): void {
  for (const [option, value] of Object.entries(input)) {
    if (known.includes(option)) continue;
    throw new OptionError({
      option,
      value,
      rule: `an option of the solver ${solver}: ${known.join(", ") || "it has none"}`,
      remedy: "Check the spelling, or leave it out.",
    });
  }
}
