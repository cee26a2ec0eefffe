import type { Calibration } from "../../contracts/intervals.js";
import {
  BIN_STARTS,
  binOf,
  QUANTILES,
  type ScaleRules,
  THIRDS,
  thirdOf,
  writeScales,
} from "../../stages/intervals/interval-bounds.js";

/** Estimates of a pseudo-tissue beside what it was made of. */
export interface Judged {
  /** M x K. */
  readonly estimate: Float64Array;
  readonly truth: Float64Array;
  /** M counts of the spots. */
  readonly depths: Float64Array;
}

/** Quantiles of fewer entries say nothing. */
const FEWEST_ENTRIES = 30;

export type Table = Pick<Calibration, "scaleCuts" | "quantiles"> & { readonly entryCount: number };

/** Quantiles of the errors over their scale, apart by proportion and scale. */
export function calibrate(judged: readonly Judged[], rules: ScaleRules): Table {
  const bins = BIN_STARTS.map(() => ({ scales: [] as number[], errors: [] as number[] }));
  const typeCount = rules.information.length;
  const scales = new Float64Array(typeCount);
  let entryCount = 0;
  for (const { estimate, truth, depths } of judged) {
    for (let spot = 0; spot < depths.length; spot++) {
      const start = spot * typeCount;
      if (Number.isNaN(estimate[start])) continue;
      writeScales(rules, estimate, { start, counts: depths[spot] }, scales);
      for (let k = 0; k < typeCount; k++) {
        const { scales: own, errors } = bins[binOf(estimate[start + k])];
        own.push(scales[k]);
        errors.push((estimate[start + k] - truth[start + k]) / scales[k]);
        entryCount++;
      }
    }
  }
  const scaleCuts = new Float64Array(BIN_STARTS.length * (THIRDS - 1));
  for (const [bin, { scales: own }] of bins.entries()) {
    const sorted = Float64Array.from(own).sort();
    for (let cut = 1; cut < THIRDS; cut++) {
      scaleCuts[bin * (THIRDS - 1) + cut - 1] = sorted.length > 0 ? quantileOf(sorted, cut / THIRDS) : 0;
    }
  }
  const found = bins.map(({ scales: own, errors }, bin) => {
    const thirds = Array.from({ length: THIRDS }, () => [] as number[]);
    for (const [i, error] of errors.entries()) thirds[thirdOf(scaleCuts, bin, own[i])].push(error);
    return thirds.map((third) => Float64Array.from(third).sort());
  });
  const quantiles = new Float64Array(BIN_STARTS.length * THIRDS * QUANTILES.length);
  for (let bin = 0; bin < BIN_STARTS.length; bin++) {
    for (let third = 0; third < THIRDS; third++) {
      const errors = nearest(found, bin, third);
      for (const [i, share] of QUANTILES.entries()) {
        quantiles[(bin * THIRDS + third) * QUANTILES.length + i] = quantileOf(errors, share);
      }
    }
  }
  return { scaleCuts, quantiles, entryCount };
}

/** The errors of a third of a bin, or of the nearest bin with enough. */
function nearest(found: readonly (readonly Float64Array[])[], bin: number, third: number): Float64Array {
  for (let away = 0; away < found.length; away++) {
    for (const other of [bin - away, bin + away]) {
      const errors = found[other]?.[third];
      if (errors && errors.length >= FEWEST_ENTRIES) return errors;
    }
  }
  return Float64Array.from(found.flat().flatMap((errors) => [...errors])).sort();
}

/** The same intervals wider, by bin. */
export function widened(table: Table, factors: Float64Array): Table {
  const perBin = THIRDS * QUANTILES.length;
  return { ...table, quantiles: table.quantiles.map((value, i) => value * factors[Math.floor(i / perBin)]) };
}

/** Between the values on either side. */
function quantileOf(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return 0;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}
