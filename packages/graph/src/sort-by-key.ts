const DIGIT_BITS = 11;
const DIGIT_COUNT = 2 ** DIGIT_BITS;

/**
 * Sorts the spots by their keys, and the keys with them; spots of equal keys stay in their order. Both arrays are overwritten: a
 * radix sort in three digits.
 */
export function sortByKey(keys: Uint32Array, spots: Int32Array): void {
  const { length } = keys;
  let fromKeys: Uint32Array = keys;
  let toKeys: Uint32Array = new Uint32Array(length);
  let fromSpots: Int32Array = spots;
  let toSpots: Int32Array = new Int32Array(length);
  const starts = new Int32Array(DIGIT_COUNT + 1);
  for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
    starts.fill(0);
    for (let i = 0; i < length; i++) starts[((fromKeys[i] >>> shift) & (DIGIT_COUNT - 1)) + 1]++;
    for (let digit = 0; digit < DIGIT_COUNT; digit++) starts[digit + 1] += starts[digit];
    for (let i = 0; i < length; i++) {
      const key = fromKeys[i];
      const to = starts[(key >>> shift) & (DIGIT_COUNT - 1)]++;
      toKeys[to] = key;
      toSpots[to] = fromSpots[i];
    }
    [fromKeys, toKeys] = [toKeys, fromKeys];
    [fromSpots, toSpots] = [toSpots, fromSpots];
  }
  // Three digits: the sorted ones are in the scratch arrays.
  keys.set(fromKeys);
  spots.set(fromSpots);
}
