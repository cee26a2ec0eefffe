import type { ByteRange } from "./store.js";

/** Where the part of a range begins and ends in something of `size` bytes. */
export function boundsOf(range: ByteRange | undefined, size: number): [from: number, to: number] {
  if (!range) return [0, size];
  if ("suffixLength" in range) return [Math.max(0, size - range.suffixLength), size];
  const from = Math.min(range.offset, size);
  return [from, Math.min(size, from + range.length)];
}
