/** Other codecs may come after the one that unpacks, and what they take may be somewhat larger than the chunk. */
const MOST_EXPANSION = 2;
const LEAST_LIMIT = 2 ** 20;
/** Names of any length may unpack to so much, or to so many times what is stored. */
const MOST_TEXT = 2 ** 26;
const MOST_RATIO = 256;

/**
 * Most bytes that a compressed chunk may unpack to. What is more is damage, or made to fill the memory.
 *
 * @param decodedBytes bytes of the chunk; undefined where that is not known
 */
export function mostDecodedBytes(encodedBytes: number, decodedBytes: number | undefined): number {
  return decodedBytes === undefined
    ? Math.max(MOST_TEXT, MOST_RATIO * encodedBytes)
    : Math.max(LEAST_LIMIT, MOST_EXPANSION * decodedBytes);
}
