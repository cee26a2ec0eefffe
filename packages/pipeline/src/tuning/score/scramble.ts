import { hashWord } from "../../runtime/hash-word.js";

/**
 * A signature whose genes have each other's names: its columns in another order.
 *
 * @param values K x G
 */
export function scramble(values: Float64Array, typeCount: number, seed: number): Float64Array {
  const geneCount = values.length / typeCount;
  const places = shuffled(geneCount, seed);
  const out = new Float64Array(values.length);
  for (let k = 0; k < typeCount; k++) {
    for (let g = 0; g < geneCount; g++) out[k * geneCount + g] = values[k * geneCount + places[g]];
  }
  return out;
}

/** A permutation of the numbers below `count`, the same in every run. */
function shuffled(count: number, seed: number): Int32Array {
  const start = hashWord(seed + 0x5bd1e995);
  const keys = Float64Array.from({ length: count }, (_, i) => hashWord(start + i) >>> 0);
  return Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b);
}
