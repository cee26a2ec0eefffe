import { OptionError } from "../errors.js";
import type { ValueKind } from "./value-kind.js";

/** All there is to say of an option: checks, defaults, help and documents are made from it. */
export interface OptionSpec<T = unknown> {
  readonly kind: ValueKind<T>;
  readonly default: T;
  /** Why this is the default, where that is not plain. */
  readonly because?: string;
  /** What the option is, without a full stop. Settings of other options are written as `{ option: "value" }`. */
  readonly meaning: string;
}

export type OptionTable<O extends object> = { readonly [K in keyof Required<O>]: OptionSpec<O[K]> };

/** The defaults of a table. */
export function defaultsOf<O extends object>(table: OptionTable<O>): O {
  const specs = Object.entries<OptionSpec>(table);
  return Object.freeze(Object.fromEntries(specs.map(([option, spec]) => [option, spec.default]))) as O;
}

/** The given options of a table, checked, with the defaults for what is left out. @throws OptionError for the first bad value. */
export function checkedOptions<O extends object>(table: OptionTable<O>, given: Partial<O>): O {
  const entries = Object.entries<OptionSpec>(table).map(([option, spec]) => {
    const value = given[option as keyof O];
    if (value === undefined) return [option, spec.default];
    checkOption(option, spec, value);
    return [option, value];
  });
  return Object.fromEntries(entries) as O;
}

/** @throws OptionError for a value that the option cannot take. */
export function checkOption(option: string, { kind }: OptionSpec, value: unknown): void {
  if (!kind.accepts(value)) throw new OptionError({ option, value, rule: kind.rule });
}
