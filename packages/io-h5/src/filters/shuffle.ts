/** Items that are copied: those `from .. to`, to item `at` of what they come to. */
export interface ItemRun {
  readonly from: number;
  readonly to: number;
  readonly at: number;
}

/**
 * Puts items together again whose first bytes lie before all second ones and so on: a run of those of `shuffled` comes to `out`. What is left of a last item that is not whole is not looked at.
 */
export function unshuffle(
  shuffled: Uint8Array,
  itemBytes: number,
  { from, to, at }: ItemRun,
  out: Uint8Array,
): void {
  const itemCount = Math.floor(shuffled.length / itemBytes);
  const start = out.byteOffset + at * itemBytes;
  if (itemBytes === 4 && start % 4 === 0) {
    const [b, c, d] = [itemCount, 2 * itemCount, 3 * itemCount];
    const words = new Uint32Array(out.buffer, start, to - from);
    for (let i = from, word = 0; i < to; i++, word++) {
      words[word] = shuffled[i] | (shuffled[b + i] << 8) | (shuffled[c + i] << 16) | (shuffled[d + i] << 24);
    }
    return;
  }
  if (itemBytes === 8 && start % 4 === 0) {
    const words = new Uint32Array(out.buffer, start, 2 * (to - from));
    for (const half of [0, 1]) {
      const a = 4 * half * itemCount;
      const [b, c, d] = [a + itemCount, a + 2 * itemCount, a + 3 * itemCount];
      for (let i = from, word = half; i < to; i++, word += 2) {
        words[word] =
          shuffled[a + i] | (shuffled[b + i] << 8) | (shuffled[c + i] << 16) | (shuffled[d + i] << 24);
      }
    }
    return;
  }
  for (let byte = 0; byte < itemBytes; byte++) {
    const plane = byte * itemCount;
    for (let i = from, place = at * itemBytes + byte; i < to; i++, place += itemBytes)
      out[place] = shuffled[plane + i];
  }
}

/** The same for all of some bytes, with what is left at their end. */
export function unshuffleAll(shuffled: Uint8Array, itemBytes: number): Uint8Array {
  const itemCount = Math.floor(shuffled.length / itemBytes);
  if (itemCount < 2) return shuffled;
  const out = shuffled.slice();
  unshuffle(shuffled, itemBytes, { from: 0, to: itemCount, at: 0 }, out);
  return out;
}
