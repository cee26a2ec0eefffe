import { type ChunkSource, type DenseChunk, mapChunks } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";
import type { AnswerTable } from "../../contracts/answers.js";
import type { Calibration } from "../../contracts/intervals.js";
import { INTERVAL_TABLES } from "../table-names.js";
import { type Bound, writeBounds, writeScales } from "./interval-bounds.js";

export interface IntervalsOf {
  readonly proportions: ChunkSource<DenseChunk>;
  /** N counts over the genes in use. */
  readonly counts: StatArray;
  /** N types of greatest proportion; below 0 where a spot has no answer. */
  readonly dominant: Int32Array;
  /** As the proportions were divided by. */
  readonly divisors: Float64Array | undefined;
}

/** Both ends of the interval around each proportion, made whenever they are read. Without a calibration there is nothing but NaN. */
export function intervalTables(
  { proportions, counts, dominant, divisors }: IntervalsOf,
  calibration: Calibration | undefined,
): AnswerTable[] {
  const { width } = proportions;
  const rules = calibration && { ...calibration, ...(divisors && { divisors }) };
  const scales = new Float64Array(width);
  const spot = new Float64Array(width);
  const boundsOf = ({ values, spotStart, spotCount }: DenseChunk, bound: Bound) => {
    const own = new Float32Array(spotCount * width);
    if (!rules) return own.fill(Number.NaN);
    for (let row = 0; row < spotCount; row++) {
      const start = row * width;
      if (dominant[spotStart + row] < 0) {
        own.fill(Number.NaN, start, start + width);
        continue;
      }
      for (let k = 0; k < width; k++) spot[k] = values[start + k];
      const isLow = bound === "low";
      writeScales(rules, spot, { start: 0, counts: counts[spotStart + row], isLow }, scales);
      writeBounds(rules, bound, { proportions: spot, scales, start }, own);
    }
    return own;
  };
  return INTERVAL_TABLES.map((name) => ({
    name,
    dtype: "float32",
    columns: "types",
    values: mapChunks(proportions, (chunk) => ({ ...chunk, values: boundsOf(chunk, name) }), width),
  }));
}
