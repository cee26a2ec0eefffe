import { hashWord } from "../../runtime/hash-word.js";

/** Random numbers from 0 to below 1 that follow from a seed alone, the same on every machine. */
export function randomNumbers(seed: number): () => number {
  const key = hashWord(seed + 0x51ed270b);
  let count = 0;
  return () => (hashWord(key ^ Math.imul(++count, 0x9e3779b1)) >>> 0) / 2 ** 32;
}

/** Random numbers from 0 to below `limit`. */
export function below(limit: number, random: () => number): number {
  return Math.floor(limit * random());
}

/** An order of the numbers below `count`. */
export function shuffledNumbers(count: number, random: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1, random);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
