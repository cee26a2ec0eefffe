/**
 * JSON as Python's `json` module writes and reads it, kept to the letter: bare NaN and Infinity are allowed, and a number
 * that JavaScript would write differently (`1.0`, `1e-05`, an integer past 2^53) comes out of `formatJson` as it went
 * into `parseJson`. Metadata that other programs wrote can so be changed in one place and stay the same elsewhere.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text.replace(TOKEN, (token) => (survives(token) ? token : JSON.stringify(MARK + token))));
}

/** The inverse of `parseJson`; plain values are written as JSON.stringify does, non-finite numbers as Python does. */
export function formatJson(value: unknown): string {
  const text = JSON.stringify(
    value,
    (_, item) => (typeof item === "number" && !Number.isFinite(item) ? MARK + pythonName(item) : item),
    2,
  );
  return text.replace(MARKED, "$1");
}

// U+E000 is in the private use area: no name in a store begins with it.
const MARK = "\uE000number:";
const TOKEN = /"(?:[^"\\]|\\.)*"|-?(?:Infinity|NaN)|-?\d[\d.eE+-]*/g;
const MARKED = new RegExp(`"${MARK}([^"]*)"`, "g");

function survives(token: string): boolean {
  return token.startsWith('"') || (String(Number(token)) === token && Number.isFinite(Number(token)));
}

function pythonName(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
