/** Places of a chip lie below this on either axis, some 2 m: bins are numbered `SIDE` times their y plus their x. */
export const SIDE = 2 ** 22;

/** The bins of one strip that hold anything. */
export interface StripBins {
  /** The y of its first row of bins. */
  readonly top: number;
  /** Numbers of bins, counted from the strip's first, ascending. */
  readonly bins: Uint32Array;
  /** The first of them among all spots. */
  readonly spotStart: number;
}

/** Which bins of a strip hold anything: a bit each. */
export interface BinMap {
  /** Marks the bin of a number, counted from the strip's first. */
  mark(bin: number): void;
  /** Numbers of the marked bins, ascending. */
  bins(): Uint32Array;
}

/** @param tall rows of bins in the strip, at most 32 */
export function binMap(tall: number): BinMap {
  let words = 32;
  let bits = new Uint32Array(tall * words);
  const widen = (least: number) => {
    const wider = Math.max(2 * words, least);
    const larger = new Uint32Array(tall * wider);
    for (let y = 0; y < tall; y++) larger.set(bits.subarray(y * words, (y + 1) * words), y * wider);
    bits = larger;
    words = wider;
  };
  return {
    mark(bin) {
      const x = bin & (SIDE - 1);
      if (x >= 32 * words) widen((x >> 5) + 1);
      bits[(bin >>> 22) * words + (x >> 5)] |= 1 << (x & 31);
    },
    bins() {
      let count = 0;
      for (const word of bits) count += bitsOf(word);
      const found = new Uint32Array(count);
      let at = 0;
      for (let i = 0; i < bits.length; i++) {
        const first = Math.floor(i / words) * SIDE + 32 * (i % words);
        for (let word = bits[i]; word !== 0; word &= word - 1)
          found[at++] = first + 31 - Math.clz32(word & -word);
      }
      return found;
    },
  };
}

/** Where each of some bins of a strip stands among them. */
export function binRanks(bins: Uint32Array): (bin: number) => number {
  let widest = 0;
  for (const bin of bins) widest = Math.max(widest, bin & (SIDE - 1));
  const words = (widest >> 5) + 1;
  const tall = bins.length === 0 ? 0 : (bins[bins.length - 1] >>> 22) + 1;
  const bits = new Uint32Array(tall * words);
  const before = new Uint32Array(tall * words + 1);
  const wordOf = (bin: number) => (bin >>> 22) * words + ((bin & (SIDE - 1)) >> 5);
  for (const bin of bins) {
    bits[wordOf(bin)] |= 1 << (bin & 31);
    before[wordOf(bin) + 1]++;
  }
  for (let i = 0; i < bits.length; i++) before[i + 1] += before[i];
  return (bin) => {
    const word = wordOf(bin);
    return before[word] + bitsOf(bits[word] & ((1 << (bin & 31)) - 1));
  };
}

/** How many bits of 32 are set. */
function bitsOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
