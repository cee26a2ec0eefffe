import { FormatError } from "@flashdeconv/core";

/**
 * The numbers of Space Ranger's `scalefactors_json.json`.
 *
 * @throws FormatError for what is not JSON of an object
 */
export function readScaleFactors(text: string, path: string): Record<string, number> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw broken(path, (cause as Error).message, cause);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw broken(path, "no object");
  const numbers = Object.entries(parsed).filter(
    (entry): entry is [string, number] => typeof entry[1] === "number" && /^\w{1,80}$/.test(entry[0]),
  );
  return Object.fromEntries(numbers);
}

function broken(path: string, found: string, cause?: unknown): FormatError {
  return new FormatError({
    path,
    found,
    expected: "an object of numbers in JSON",
    remedy: "Give the file as Space Ranger wrote it.",
    cause,
  });
}
