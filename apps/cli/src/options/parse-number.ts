import { OptionError } from "@flashdeconv/core";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Reads the value of `flag` as a number, all of it: "1e4" is one, "12abc" is not. */
export function parseNumber(
  flag: string,
  { isRequired }: { readonly isRequired?: boolean } = {},
): (text: string) => number {
  return (text) => {
    const value = readNumber(text);
    if (value === undefined) {
      throw new OptionError({ option: flag, value: text, rule: "a number such as 0.5 or 1e4", isRequired });
    }
    return value;
  };
}

/** Reads the value of `flag` as one of some words or a number. */
export function parseWordOrNumber<W extends string>(
  flag: string,
  ...words: readonly W[]
): (text: string) => W | number {
  return (text) => {
    const value = words.find((word) => word === text) ?? readNumber(text);
    if (value !== undefined) return value;
    const names = words.map((word) => JSON.stringify(word)).join(", ");
    throw new OptionError({ option: flag, value: text, rule: `${names} or a number` });
  };
}

function readNumber(text: string): number | undefined {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
