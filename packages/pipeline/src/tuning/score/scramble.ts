import { mixWord } from "@flashdeconv/core/internal";
import { shuffled } from "../shuffled.js";

/**
 * A signature whose genes have each other's names: its columns in another order.
 *
 * @param values K x G
 */
export function scramble(values: Float64Array, typeCount: number, seed: number): Float64Array {
  const geneCount = values.length / typeCount;
  const places = shuffled(geneCount, mixWord(seed + 0x5bd1e995));
  const out = new Float64Array(values.length);
  for (let k = 0; k < typeCount; k++) {
    for (let g = 0; g < geneCount; g++) out[k * geneCount + g] = values[k * geneCount + places[g]];
  }
  return out;
}
