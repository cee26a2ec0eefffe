/** Hashes 32 bits to 32 bits, one to one. Constants: "lowbias32" by C. Wellons, in the public domain. */
export function hashWord(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return word ^ (word >>> 16);
}
