import { OptionError } from "@flashdeconv/core";

/** Reads the value of `flag` as a JSON object, such as `example`. */
export function parseJsonObject(
  flag: string,
  example = '{"lambda": 5}',
): (text: string) => Readonly<Record<string, unknown>> {
  return (text) => {
    const value = readJson(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
    throw new OptionError({
      option: flag,
      value: text,
      rule: `a JSON object such as '${example}'`,
      remedy: "Put names in double quotes, and the whole in single quotes for the shell.",
    });
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
