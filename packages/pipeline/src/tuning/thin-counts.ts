import type { CsrChunk } from "@flashdeconv/core";
import { mixWord } from "@flashdeconv/core/internal";

/** The two halves of some counts: each single count went to one or the other by the toss of a coin. */
export interface ThinnedCounts {
  readonly first: CsrChunk;
  readonly second: CsrChunk;
}

/**
 * Splits counts in two by binomial thinning with probability 1/2: for Poisson counts the halves are independent, so what is
 * fitted to one can be judged on the other (Neufeld, Gao, Popp, Battle and Witten 2024, "Inference after latent variable
 * estimation for single-cell RNA sequencing data").
 *
 * Coins come from a hash of spot and gene, so they depend on neither chunks nor the order of reading. Where a value is not a whole
 * number, half of what is above one goes to either side, and so does what is beyond a million: the coins of so many differ by a
 * thousandth, and a damaged store may hold more counts than could ever be tossed for.
 *
 * @param spots numbers of the rows' spots in the section
 */
export function thinCounts(counts: CsrChunk, spots: Int32Array): ThinnedCounts {
  const { spotCount, indptr, indices, values } = counts;
  const first = new Float64Array(values.length);
  const second = new Float64Array(values.length);
  for (let row = 0; row < spotCount; row++) {
    const spotHash = mixWord(spots[row] + 0x9e3779b9);
    for (let i = indptr[row]; i < indptr[row + 1]; i++) {
      const whole = Math.min(Math.floor(values[i]), MOST_TOSSES);
      const half = (values[i] - whole) / 2;
      const heads = countHeads(whole, mixWord(spotHash ^ Math.imul(indices[i] + 1, 0x85ebca6b)));
      first[i] = heads + half;
      second[i] = whole - heads + half;
    }
  }
  return { first: { ...counts, values: first }, second: { ...counts, values: second } };
}

/** Counts of one spot and gene that are tossed for. */
const MOST_TOSSES = 2 ** 20;

/** Heads among so many tosses: bits of hashed words. */
function countHeads(tosses: number, key: number): number {
  let heads = 0;
  for (let word = 0; tosses > 0; word++, tosses -= 32) {
    const bits = mixWord(key + Math.imul(word + 1, 0x9e3779b9));
    heads += countBits(tosses >= 32 ? bits : bits & ((1 << tosses) - 1));
  }
  return heads;
}

function countBits(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
