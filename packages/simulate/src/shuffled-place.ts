import { mixWord, type StreamKey } from "@flashdeconv/core/internal";

const ROUND_COUNT = 4;

/**
 * Where an item goes when `count` items (at most 2^31) change places at random: one to one, and found for any item without
 * the others. A Feistel network over the next larger square power of two (Luby and Rackoff, 1988), applied again while it
 * leads out of the range (Black and Rogaway, 2002, "Ciphers with arbitrary finite domains"), fewer than four times on average.
 */
export function shuffledPlace(key: StreamKey, item: number, count: number): number {
  let halfBits = 1;
  while (4 ** halfBits < count) halfBits++;
  const mask = 2 ** halfBits - 1;
  let place = item;
  do {
    let left = Math.floor(place / (mask + 1));
    let right = place & mask;
    for (let round = 0; round < ROUND_COUNT; round++) {
      const mixed = mixWord(key.first ^ mixWord(right + Math.imul(round + 1, key.second | 1)));
      [left, right] = [right, (left ^ mixed) & mask];
    }
    place = left * (mask + 1) + right;
  } while (place >= count);
  return place;
}
