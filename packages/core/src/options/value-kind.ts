import * as z from "zod/mini";

/** What values an option takes, to check one and to tell people. */
export interface ValueKind<T = unknown> {
  readonly schema: z.ZodMiniType<T>;
  /** The values in words, as in "a whole number of at least 1". */
  readonly rule: string;
  /** How a value is written: one of `choices`, a number or one of `choices`, yes or no, or not as a text at all. */
  readonly form: "choice" | "number" | "switch" | "object";
  readonly choices: readonly (string | number)[];
}

/** Bounds of a number: `least` and `most` may be reached, `above` and `below` not. */
export interface NumberBounds {
  readonly least?: number;
  readonly most?: number;
  readonly above?: number;
  readonly below?: number;
}

/** One of some names. */
export function oneOf<const C extends readonly (string | number)[]>(...choices: C): ValueKind<C[number]> {
  const names = choices.map((choice) => JSON.stringify(choice));
  return { schema: z.literal([...choices]), rule: `one of ${names.join(", ")}`, form: "choice", choices };
}

export function yesOrNo(): ValueKind<boolean> {
  return { schema: z.boolean(), rule: "true or false", form: "switch", choices: [] };
}

/** A finite number within bounds. */
export function number(bounds: NumberBounds = {}): ValueKind<number> {
  return {
    schema: z.number().check(...checksOf(bounds)),
    rule: `a number${inWords(bounds)}`,
    form: "number",
    choices: [],
  };
}

export function wholeNumber(bounds: NumberBounds): ValueKind<number> {
  return {
    schema: z.int().check(...checksOf(bounds)),
    rule: `a whole number${inWords(bounds)}`,
    form: "number",
    choices: [],
  };
}

/** One of some words, or a number. */
export function wordsOr<const W extends string>(
  words: readonly W[],
  numbers: ValueKind<number>,
): ValueKind<W | number> {
  const names = words.map((word) => JSON.stringify(word));
  return {
    ...numbers,
    schema: z.union([z.literal([...words]), numbers.schema]),
    rule: `${names.join(", ")} or ${numbers.rule}`,
    choices: words,
  };
}

/** The same, or nothing. */
export function optional<T>(kind: ValueKind<T>): ValueKind<T | undefined> {
  return { ...kind, schema: z.optional(kind.schema) };
}

/** An object that is checked elsewhere. */
export function anObject<T extends object>(rule: string): ValueKind<T> {
  const schema = z.custom<T>((value) => typeof value === "object" && value !== null);
  return { schema, rule, form: "object", choices: [] };
}

function checksOf({ least, most, above, below }: NumberBounds) {
  return [
    ...(least === undefined ? [] : [z.gte(least)]),
    ...(most === undefined ? [] : [z.lte(most)]),
    ...(above === undefined ? [] : [z.gt(above)]),
    ...(below === undefined ? [] : [z.lt(below)]),
  ];
}

function inWords({ least, most, above, below }: NumberBounds): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  const low = least !== undefined ? `of at least ${least}` : above !== undefined && `above ${above}`;
  const high = most !== undefined ? `of at most ${most}` : below !== undefined && `below ${below}`;
  return [low, high]
    .filter((part) => part !== false)
    .map((part, at) => (at === 0 ? ` ${part}` : ` and ${part}`))
    .join("");
}
