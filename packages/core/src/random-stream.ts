/**
 * Random numbers that depend on a key and an index alone, so that any spot can be drawn without drawing those before it.
 *
 * A stream is a xoshiro128++ generator (Blackman and Vigna, 2021, "Scrambled linear pseudorandom number generators",
 * ACM TOMS 47) whose state is hashed from the key and the index. The state is four 32-bit words, reused from spot to spot.
 */
export type RandomStream = Int32Array;

/** A seed and a purpose, hashed to 64 bits. */
export interface StreamKey {
  readonly first: number;
  readonly second: number;
}

export function streamKey(seed: number, purpose: number): StreamKey {
  const first = mixWord(mixWord(seed) + purpose);
  return { first, second: mixWord(first ^ mixWord(purpose + 0x5bd1e995)) };
}

export function buildStream(): RandomStream {
  return new Int32Array(4);
}

/** Sets `stream` to the beginning of stream number `index` (below 2^32) of `key`. */
export function startStream(stream: RandomStream, key: StreamKey, index: number): void {
  const hashed = mixWord(index);
  const a = mixWord(hashed ^ key.first);
  const b = mixWord(hashed + key.second);
  stream[0] = a;
  stream[1] = b;
  // Never all zero: the third word is 0 only where the first is not.
  stream[2] = mixWord(a + 0x9e3779b9);
  stream[3] = mixWord(b ^ 0x3c6ef372);
}

/** The next 32 bits, as a signed integer. */
export function nextWord(stream: RandomStream): number {
  const [s0, s1] = [stream[0], stream[1]];
  const s2 = stream[2] ^ s0;
  const s3 = stream[3] ^ s1;
  const sum = (s0 + stream[3]) | 0;
  stream[0] = s0 ^ s3;
  stream[1] = s1 ^ s2;
  stream[2] = s2 ^ (s1 << 9);
  stream[3] = (s3 << 11) | (s3 >>> 21);
  return (((sum << 7) | (sum >>> 25)) + s0) | 0;
}

/** Uniform in the open interval (0, 1), a multiple of 2^-33. */
export function nextUniform(stream: RandomStream): number {
  return ((nextWord(stream) >>> 0) + 0.5) * 2 ** -32;
}

/** A whole number in `0 .. bound - 1`; its bias is below bound / 2^32. */
export function nextBelow(stream: RandomStream, bound: number): number {
  return Math.floor((nextWord(stream) >>> 0) * (bound * 2 ** -32));
}

/** Hashes 32 bits to 32 bits, one to one. Constants: "lowbias32" by C. Wellons, in the public domain. */
export function mixWord(word: number): number {
  word = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  word = Math.imul(word ^ (word >>> 15), 0x846ca68b);
  return word ^ (word >>> 16);
}
