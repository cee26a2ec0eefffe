import { numbered } from "@flashdeconv/core/internal";
/**
 * Unpacks LZF to exactly `size` bytes: runs of literals, and copies of what came at most 8 KiB before. Throws an Error for damaged bytes.
 *
 * Source: the format of liblzf, as h5py's filter 32000 uses it.
 */
export function unpackLzf(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size);
  let from = 0;
  let to = 0;
  while (from < packed.length) {
    const control = packed[from++];
    if (control < 32) {
      const end = to + control + 1;
      if (end > size || from + control >= packed.length) throw new Error("lzf bytes that do not fit");
      while (to < end) out[to++] = packed[from++];
      continue;
    }
    let length = (control >> 5) + 2;
    if (length === 9) length += packed[from++];
    let back = to - ((control & 31) << 8) - packed[from++] - 1;
    const end = to + length;
    // Where the bytes ended early `back` is not a number.
    if (!(back >= 0) || !(end <= size)) throw new Error("lzf bytes that do not fit");
    while (to < end) out[to++] = out[back++];
  }
  if (to !== size) throw new Error(`${numbered(to, "byte")} of ${size} unpacked by lzf`);
  return out;
}
