import type { ValueKind } from "@flashdeconv/core/internal";
import { DECONVOLVE_OPTIONS, type DeconvolveOptions, METHOD_NAMES } from "@flashdeconv/pipeline";
import { OPTION_FLAGS } from "@flashdeconv/results/internal";
import { type Command, Option } from "commander";
import { type DescribedOption, describeOption, describeOwnOption } from "./describe-option.js";
import { parseChoice } from "./parse-choice.js";
import { parseNumber, parseWordOrNumber } from "./parse-number.js";

/** The longest that help shows all choices of beside the flag. */
const MOST_CHARACTERS = 31;

/** What a command says otherwise than the schema. */
export type OtherWords = Partial<Pick<DescribedOption, "meaning" | "default">>;

/** Adds options of `deconvolve`: flag, help and parser come from their schema. */
export function addSchemaOptions(
  command: Command,
  names: readonly (keyof DeconvolveOptions)[],
  words: Partial<Record<keyof DeconvolveOptions, OtherWords>> = {},
): Command {
  for (const name of names) addOption(command, { ...describeOption(name), ...words[name] });
  return command;
}

/** The same for options of the methods' solvers. */
export function addOwnOptions(command: Command, names: readonly string[]): Command {
  for (const name of names) addOption(command, describeOwnOption(name));
  return command;
}

/** The options of `deconvolve` among a command's flags, as far as the schema reads them. */
export function schemaOptions(flags: object): Partial<DeconvolveOptions> {
  const given = Object.entries(DECONVOLVE_OPTIONS).map(([name, { kind, default: usual }]) => {
    const flag = OPTION_FLAGS[name];
    const value = (flags as Record<string, unknown>)[new Option(flag).attributeName()];
    // Commander has what `--no-x` denies true where it was not given.
    return [
      name,
      kind.form === "object" || (flag.startsWith("--no-") && value === usual) ? undefined : value,
    ];
  });
  return Object.fromEntries(given);
}

function addOption(
  command: Command,
  { flag, spec, methods, meaning, default: usual }: DescribedOption,
): void {
  const { kind } = spec;
  const whose = methods.length === METHOD_NAMES.length ? "" : `${methods.join(", ")}: `;
  if (kind.form === "switch") {
    command.option(flag, `${whose}${flag.startsWith("--no-") ? "do not " : ""}${meaning}`);
    return;
  }
  const values = [...kind.choices, ...(kind.form === "number" ? ["number"] : [])].join("|");
  const isShort = `${flag} <${values}>`.length <= MOST_CHARACTERS;
  const list = isShort ? "" : `: ${kind.choices.join(", ")}`;
  const told = usual === undefined ? "" : ` (default: ${usual})`;
  command.option(
    `${flag} <${isShort ? values : "name"}>`,
    `${whose}${meaning}${list}${told}`,
    parserOf(flag, kind),
  );
}

/** Reads a value; whether it is within its bounds is asked of the schema, when all options are known. */
function parserOf(flag: string, { choices, form }: ValueKind): (text: string) => string | number {
  if (form !== "number") {
    const parse = parseChoice(flag, choices.map(String));
    return (text) => choices[choices.map(String).indexOf(parse(text))];
  }
  return choices.length === 0 ? parseNumber(flag) : parseWordOrNumber(flag, ...choices.map(String));
}
