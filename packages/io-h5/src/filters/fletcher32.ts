/** Sums of 16 bits fit in 32 bits for so many words. */
const WORDS_AT_ONCE = 360;

/**
 * Takes the checksum off the end of some bytes. Throws an Error where it is not theirs.
 *
 * Source: Fletcher (1982) with sums of 16 bits, over big-endian words as HDF5 takes them.
 */
export function withoutFletcher32(bytes: Uint8Array): Uint8Array {
  const length = bytes.length - 4;
  if (length < 0) throw new Error("no room for a checksum");
  const stored = new DataView(bytes.buffer, bytes.byteOffset + length, 4);
  const data = bytes.subarray(0, length);
  const sum = fletcher32(data);
  // Files of before HDF5 1.6.3 have the bytes of each half the other way round.
  const swapped = (((sum & 0xff00ff) << 8) | ((sum >>> 8) & 0xff00ff)) >>> 0;
  const found = stored.getUint32(0, true);
  if (found !== sum && found !== swapped) throw new Error("a checksum that does not agree with the bytes");
  return data;
}

function fletcher32(data: Uint8Array): number {
  let low = 0;
  let high = 0;
  const even = data.length - (data.length % 2);
  for (let at = 0; at < even; ) {
    const end = Math.min(even, at + 2 * WORDS_AT_ONCE);
    for (; at < end; at += 2) {
      low += (data[at] << 8) | data[at + 1];
      high += low;
    }
    low = folded(low);
    high = folded(high);
  }
  if (even < data.length) {
    low = folded(low + (data[even] << 8));
    high = folded(high + low);
  }
  return ((folded(high) << 16) | folded(low)) >>> 0;
}

function folded(sum: number): number {
  return (sum & 0xffff) + (sum >>> 16);
}
