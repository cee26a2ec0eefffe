import { parseWordOrNumber } from "./parse-number.js";

export type SmoothingFlag = "auto" | "none" | number;

/** Reads the value of `--smoothing`. */
export function parseSmoothing(text: string): SmoothingFlag {
  return text === "none" ? text : parseWordOrNumber("--smoothing", "auto")(text);
}
