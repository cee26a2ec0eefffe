import { type DenseChunk, mapChunks } from "@flashdeconv/core";
import type { AnswerTable, SpotAnswers } from "../../contracts/answers.js";
import type { SectionSummary } from "../../contracts/summary.js";
import { UNEXPLAINED } from "../table-names.js";

/**
 * How far each spot is above what its proportions let expect of the residual programme, in standard deviations of the model of counts;
 * NaN without counts or an answer. None where there is no programme.
 *
 * @param answers of the types in the fit
 * @param divisors what their proportions were divided by
 */
export function unexplainedTables(
  { programme }: Pick<SectionSummary, "programme">,
  { proportions, counts, dominant }: Pick<SpotAnswers, "proportions" | "counts" | "dominant">,
  divisors: Float64Array | undefined,
): AnswerTable[] {
  if (!programme) return [];
  const { means, squares, products, overdispersion, sums } = programme;
  const typeCount = means.length;
  const shares = new Float64Array(typeCount);
  const scatterOf = buildScatter(typeCount);
  const numbersOf = ({ values, spotStart, spotCount, width }: DenseChunk) => {
    const own = counts instanceof Float32Array ? new Float32Array(spotCount) : new Float64Array(spotCount);
    for (let row = 0; row < spotCount; row++) {
      const spot = spotStart + row;
      const n = counts[spot];
      if (dominant[spot] < 0 || !(n > 0)) {
        own[row] = Number.NaN;
        continue;
      }
      let [total, mean, square] = [0, 0, 0];
      for (let k = 0; k < typeCount; k++) {
        const share = divisors ? values[row * width + k] * divisors[k] : values[row * width + k];
        shares[k] = share;
        total += share;
        mean += share * means[k];
        square += share * squares[k];
      }
      const m = n / total;
      const scatter = overdispersion > 0 ? scatterOf(products, shares, total) : 0;
      const variance = m * square + overdispersion * n * n * scatter;
      own[row] = variance > 0 ? (sums[spot] - m * mean) / Math.sqrt(variance) : 0;
    }
    return own;
  };
  const dtype = counts instanceof Float32Array ? "float32" : "float64";
  const values = mapChunks(proportions, (chunk) => ({ ...chunk, width: 1, values: numbersOf(chunk) }), 1);
  return [{ name: UNEXPLAINED, dtype, columns: [UNEXPLAINED], isColumn: true, values }];
}

/** Types of smaller shares are left out of a sum over pairs of types: it would cost more than all else. */
const LEAST_SHARE = 0.01;

/** p' products p of proportions p, by the types that make up nearly all of a spot. */
function buildScatter(
  typeCount: number,
): (products: Float64Array, shares: Float64Array, total: number) => number {
  const present = new Int32Array(typeCount);
  return (products, shares, total) => {
    let [count, kept] = [0, 0];
    for (const least of [LEAST_SHARE * total, 0]) {
      if (count > 0) break;
      for (let k = 0; k < typeCount; k++) {
        if (!(shares[k] > least)) continue;
        present[count++] = k;
        kept += shares[k];
      }
    }
    let sum = 0;
    for (let a = 0; a < count; a++) {
      const row = present[a] * typeCount;
      let product = (shares[present[a]] * products[row + present[a]]) / 2;
      for (let b = 0; b < a; b++) product += shares[present[b]] * products[row + present[b]];
      sum += 2 * shares[present[a]] * product;
    }
    return sum / (kept * kept);
  };
}
