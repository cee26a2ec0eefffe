import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RESULTS } from "./places.mjs";

/** Writes `<name>.json` into benchmarks/results and gives its path. */
export function saveResult(name, result) {
  mkdirSync(RESULTS, { recursive: true });
  const path = join(RESULTS, `${name}.json`);
  writeFileSync(path, `${JSON.stringify(result, sixDigits, 2)}\n`);
  return path;
}

/** Digits beyond the sixth are noise in what is measured; whole numbers stay whole. */
function sixDigits(_key, value) {
  const isFraction = typeof value === "number" && !Number.isInteger(value);
  return isFraction ? Number(value.toPrecision(6)) : value;
}
