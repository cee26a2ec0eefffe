import { OptionError } from "@flashdeconv/core";

/** Reads names that are separated by commas; blanks around a name do not count. */
export function parseColumns(option: string): (text: string) => string[] {
  return (text) => {
    const names = text.split(",").map((name) => name.trim());
    if (names.length === 2 || names.length === 3) return names;
    throw new OptionError({
      option,
      value: text,
      rule: "two or three columns of obs, separated by commas: x,y",
    });
  };
}
