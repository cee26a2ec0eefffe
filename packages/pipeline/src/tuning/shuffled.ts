import { mixWord } from "@flashdeconv/core/internal";

/** A permutation of the numbers below `count`, the same in every run: in the order of hashes of `start`, `start` + 1 and so on. */
export function shuffled(count: number, start: number): Int32Array {
  const keys = Float64Array.from({ length: count }, (_, i) => mixWord(start + i) >>> 0);
  return Int32Array.from({ length: count }, (_, i) => i).sort((a, b) => keys[a] - keys[b] || a - b);
}
