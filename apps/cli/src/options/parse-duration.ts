import { OptionError } from "@flashdeconv/core";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };
/** What a timer of Node can wait. */
const MOST = 2 ** 31 - 1;

/** Reads the value of `flag` as a time: 90s, 10m, 2h. In milliseconds. */
export function parseDuration(flag: string): (text: string) => number {
  return (text) => {
    const [, count, unit] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
    const value = Math.round(Number(count) * UNITS[unit]);
    if (value >= 1 && value <= MOST) return value;
    throw new OptionError({
      option: flag,
      value: text,
      rule: "a time such as 90s, 10m or 2h, of at most 24 days",
    });
  };
}
