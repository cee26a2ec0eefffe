/** What values an option takes, to check one and to tell people. */
export interface ValueKind<T = unknown> {
  readonly accepts: (value: unknown) => value is T;
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
  const accepts = (value: unknown): value is C[number] => choices.includes(value as C[number]);
  return { accepts, rule: `one of ${names.join(", ")}`, form: "choice", choices };
}

export function yesOrNo(): ValueKind<boolean> {
  const accepts = (value: unknown) => typeof value === "boolean";
  return { accepts, rule: "true or false", form: "switch", choices: [] };
}

/** A finite number within bounds. */
export function number(bounds: NumberBounds = {}): ValueKind<number> {
  return {
    accepts: (value): value is number => Number.isFinite(value) && isWithin(value as number, bounds),
    rule: `a number${inWords(bounds)}`,
    form: "number",
    choices: [],
  };
}

export function wholeNumber(bounds: NumberBounds): ValueKind<number> {
  return {
    accepts: (value): value is number => Number.isSafeInteger(value) && isWithin(value as number, bounds),
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
    accepts: (value): value is W | number => words.includes(value as W) || numbers.accepts(value),
    rule: `${names.join(", ")} or ${numbers.rule}`,
    choices: words,
  };
}

/** The same, or nothing. */
export function optional<T>(kind: ValueKind<T>): ValueKind<T | undefined> {
  return { ...kind, accepts: (value) => value === undefined || kind.accepts(value) };
}

/** An object that is checked elsewhere. */
export function anObject<T extends object>(rule: string): ValueKind<T> {
  const accepts = (value: unknown): value is T => typeof value === "object" && value !== null;
  return { accepts, rule, form: "object", choices: [] };
}

function isWithin(
  value: number,
  { least = -Infinity, most = Infinity, above = -Infinity, below = Infinity }: NumberBounds,
): boolean {
  return value >= least && value <= most && value > above && value < below;
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
