import { OptionError } from "@flashdeconv/core";
import { closest, distance } from "fastest-levenshtein";

/** Reads the value of `flag` as one of `choices`; a slip of the pen is answered with the nearest of them. */
export function parseChoice<C extends string>(flag: string, choices: readonly C[]): (text: string) => C {
  return (text) => {
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      throw new OptionError({
        option: flag,
        value: text,
        rule: `one of ${choices.join(", ")}`,
        remedy: suggestion(text, choices) ?? "Give one of these, or leave it out for the default.",
      });
    }
    return choice;
  };
}

/** "Did you mean ...?", where one of the choices is near. */
export function suggestion(text: string, choices: readonly string[]): string | undefined {
  const nearest = closest(text.toLowerCase(), choices);
  const slips = distance(text.toLowerCase(), nearest);
  const isNear = slips < nearest.length && slips <= Math.max(2, Math.ceil(nearest.length / 3));
  return isNear ? `Did you mean "${nearest}"?` : undefined;
}
