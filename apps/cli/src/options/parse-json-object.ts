import { OptionError } from "@flashdeconv/core";
import { readJson } from "./read-json.js";

/** Reads the value of `flag` as a JSON object, such as `example`. */
export function parseJsonObject(
  flag: string,
  example = '{"lambda": 5}',
): (text: string) => Readonly<Record<string, unknown>> {
  return (text) => {
    const { value, fault } = tried(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
    throw new OptionError({
      option: flag,
      value: text,
      rule: `a JSON object such as '${example}'${fault === undefined ? "" : ` (${fault})`}`,
      remedy: "Put names in double quotes, each once, and the whole in single quotes for the shell.",
    });
  };
}

function tried(text: string): { readonly value?: unknown; readonly fault?: string } {
  try {
    return { value: readJson(text) };
  } catch (error) {
    return { fault: (error as Error).message };
  }
}
