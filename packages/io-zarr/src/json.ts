/**
 * JSON as Python's `json` module writes and reads it: in ASCII, all else as `\u` escapes (zarr-python 2 reads nothing else), and kept
 * to the letter. Bare NaN and Infinity are allowed, and a number that JavaScript would write differently (`1.0`, `1e-05`, an integer
 * past 2^53) comes out of `formatJson` as it went into `parseJson`. Metadata that other programs wrote can so be changed in one place
 * and stay the same elsewhere.
 */
export function parseJson(text: string): unknown {
  const marked = text.replace(TOKEN, (token, offset: number) => {
    if (!token.startsWith('"')) return survives(token) ? token : JSON.stringify(MARK + token);
    const isValue = !/^\s*:/.test(text.slice(offset + token.length, offset + token.length + 80));
    return isValue && BEGINS_WITH_MARK.test(token) ? `"${MARK}${token.slice(1)}` : token;
  });
  return JSON.parse(marked, (_, value) => {
    if (typeof value !== "string" || !value.startsWith(MARK)) return value;
    const rest = value.slice(MARK.length);
    return rest.startsWith(MARK) ? rest : new LiteralNumber(rest);
  });
}

/** The inverse of `parseJson`; plain values are laid out as by JSON.stringify with two blanks, non-finite numbers as Python has them. */
export function formatJson(value: unknown): string {
  return format(value, "\n");
}

/** A number in the spelling in which it was found. */
class LiteralNumber {
  constructor(readonly text: string) {}
}

const MARK = "\uE000";
const BEGINS_WITH_MARK = /^"(?:\uE000|\\u[eE]000)/;
const TOKEN = /"(?:[^"\\]|\\.)*"|-?(?:Infinity|NaN)|-?\d[\d.eE+-]*/g;

function survives(token: string): boolean {
  return String(Number(token)) === token && Number.isFinite(Number(token));
}

/** @param line what begins a line of the value that holds this one */
function format(value: unknown, line: string): string {
  if (value instanceof LiteralNumber) return value.text;
  if (typeof value === "number" && !Number.isFinite(value)) return pythonName(value);
  if (typeof value !== "object" || value === null) return ascii(JSON.stringify(value) ?? "null");
  const isList = Array.isArray(value);
  const items = isList
    ? value.map((item) => format(item, `${line}  `))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([name, item]) => `${ascii(JSON.stringify(name))}: ${format(item, `${line}  `)}`);
  const [open, close] = isList ? "[]" : "{}";
  return items.length === 0 ? open + close : `${open}${line}  ${items.join(`,${line}  `)}${line}${close}`;
}

function ascii(text: string): string {
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function pythonName(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}
