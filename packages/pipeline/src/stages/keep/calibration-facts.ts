import type { Calibration } from "../../contracts/intervals.js";
import type { Parameters } from "../../contracts/parameters.js";
import { BIN_STARTS, PRESENT, QUANTILES, THIRDS } from "../intervals/interval-bounds.js";

/** What intervals are of, in words: never more than that. */
const TEXT =
  "90% of these intervals hold the truth if the reference is right. A type is present in a spot where its lower bound is above the threshold.";

/** A calibration as results and kept statistics have it. */
export function calibrationFacts(calibration: Calibration): Parameters {
  const { information, strengths, epsilon, amount, scaleCuts, quantiles, facts } = calibration;
  return {
    text: TEXT,
    presence_threshold: PRESENT,
    information,
    smoothing: strengths.smoothing,
    shrinkage: strengths.shrinkage,
    epsilon,
    amount,
    scale_cuts: scaleCuts,
    quantiles,
    tile_spot_count: facts.spotCount,
    entry_count: facts.entryCount,
    cells_per_spot: facts.cellsPerSpot,
    overdispersion: facts.overdispersion,
    types_without_cells: facts.typesWithoutCells,
  };
}

/** The calibration among the parameters of kept statistics of K types; undefined where there is none, or none for so many. */
export function calibrationIn({ intervals }: Parameters, typeCount: number): Calibration | undefined {
  if (typeof intervals !== "object" || intervals === null) return undefined;
  const facts = intervals as Parameters;
  const { information, scale_cuts: scaleCuts, quantiles, amount } = facts;
  const isTable = (value: unknown, length: number): value is Float64Array =>
    value instanceof Float64Array && value.length === length;
  const binCount = BIN_STARTS.length;
  if (
    !isTable(information, typeCount) ||
    !isTable(scaleCuts, binCount * (THIRDS - 1)) ||
    !isTable(quantiles, binCount * THIRDS * QUANTILES.length) ||
    (amount !== "rna" && amount !== "cells")
  ) {
    return undefined;
  }
  const numberOf = (name: string) => Number(facts[name] ?? 0);
  const types = facts.types_without_cells;
  return {
    information,
    strengths: { smoothing: numberOf("smoothing"), shrinkage: numberOf("shrinkage") },
    epsilon: numberOf("epsilon"),
    amount,
    scaleCuts,
    quantiles,
    facts: {
      spotCount: numberOf("tile_spot_count"),
      entryCount: numberOf("entry_count"),
      cellsPerSpot: numberOf("cells_per_spot"),
      overdispersion: numberOf("overdispersion"),
      typesWithoutCells: Array.isArray(types) ? types.map(String) : [],
    },
  };
}
