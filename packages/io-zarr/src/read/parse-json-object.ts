import { FormatError } from "@flashdeconv/core";
import { strictText } from "@flashdeconv/core/internal";
import { checkJson } from "../check-json.js";

export type JsonObject = Readonly<Record<string, unknown>>;

/** A whole JSON string, or a bare word that Python's json module writes and JSON does not know. */
const STRING_OR_BARE_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Parses a metadata document, which must be a JSON object. The bare words NaN, Infinity and -Infinity, which Python
 * writes for fill values, become strings of the same name, as Zarr v3 spells them.
 */
export function parseJsonObject(bytes: Uint8Array, path: string): JsonObject {
  let value: unknown;
  try {
    checkJson(bytes);
    value = parseTolerantly(strictText(bytes));
  } catch (cause) {
    throw new FormatError({
      path,
      found: `text that is not JSON, or not to be read (${cause instanceof Error ? cause.message : cause})`,
      expected: "a JSON object",
      remedy: "The store is damaged or incompletely copied: copy it again or write it again.",
      cause,
    });
  }
  if (!isJsonObject(value)) {
    throw new FormatError({
      path,
      found: `JSON that is ${Array.isArray(value) ? "an array" : String(value)}`,
      expected: "a JSON object",
      remedy: "The store is damaged: write it again.",
    });
  }
  return value;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parseTolerantly(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const quoted = text.replace(STRING_OR_BARE_NUMBER, (token) => (token[0] === '"' ? token : `"${token}"`));
    if (quoted === text) throw error;
    return JSON.parse(quoted);
  }
}
