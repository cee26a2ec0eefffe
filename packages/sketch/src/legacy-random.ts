import { checkOption } from "@flashdeconv/core/internal";
import { SKETCH_OPTIONS } from "./sketch-options.js";

/** A stream of 32-bit random numbers. */
export interface LegacyRandom {
  /** The next number, a whole number in 0 .. 2^32 - 1. */
  next(): number;
}

const STATE_SIZE = 624;
const SHIFT_SIZE = 397;

/**
 * The Mersenne Twister MT19937 seeded with one number, as numpy's legacy `RandomState(seed)` is: the same seed gives the
 * same stream. Source: Matsumoto and Nishimura 1998 (ACM TOMACS 8:3-30), with the initialisation of their 2002 revision.
 *
 * @throws OptionError when `seed` is not a whole number in 0 .. 2^32 - 1.
 */
export function legacyRandom(seed: number): LegacyRandom {
  checkOption("seed", SKETCH_OPTIONS.seed, seed);
  const state = new Uint32Array(STATE_SIZE);
  state[0] = seed;
  for (let i = 1; i < STATE_SIZE; i++) {
    const previous = state[i - 1] ^ (state[i - 1] >>> 30);
    state[i] = Math.imul(1812433253, previous) + i;
  }
  let position = STATE_SIZE;
  return {
    next() {
      if (position === STATE_SIZE) {
        twist(state);
        position = 0;
      }
      return temper(state[position++]);
    },
  };
}

/** Replaces all words of the state by the next ones. */
function twist(state: Uint32Array): void {
  for (let i = 0; i < STATE_SIZE; i++) {
    const word = (state[i] & 0x80000000) | (state[(i + 1) % STATE_SIZE] & 0x7fffffff);
    state[i] = state[(i + SHIFT_SIZE) % STATE_SIZE] ^ (word >>> 1) ^ (word & 1 ? 0x9908b0df : 0);
  }
}

function temper(word: number): number {
  word ^= word >>> 11;
  word ^= (word << 7) & 0x9d2c5680;
  word ^= (word << 15) & 0xefc60000;
  return (word ^ (word >>> 18)) >>> 0;
}
