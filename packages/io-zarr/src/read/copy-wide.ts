import type { ChunkPiece } from "./vector-cursor.js";

/**
 * Copies 64-bit integers `from .. to` to `out[at ..]` as numbers, rounded beyond 2^53 as `Number` rounds them, without
 * making an object of each. Returns the position in `data` of the first that is greater in size than `most`, or -1.
 */
export function copyWide(
  data: BigInt64Array | BigUint64Array,
  { from, to, at }: Omit<ChunkPiece, "data">,
  out: Float64Array | Float32Array | Int32Array,
  most = Number.POSITIVE_INFINITY,
): number {
  const words = new Uint32Array(data.buffer, data.byteOffset, 2 * data.length);
  const isSigned = data instanceof BigInt64Array;
  let beyond = -1;
  for (let i = from; i < to; i++) {
    const high = words[2 * i + HIGH_WORD];
    const value = (isSigned ? high | 0 : high) * 2 ** 32 + words[2 * i + 1 - HIGH_WORD];
    if (beyond < 0 && (value > most || value < -most)) beyond = i;
    out[at + i - from] = value;
  }
  return beyond;
}

const HIGH_WORD = new Uint32Array(BigUint64Array.of(1n).buffer)[0] === 1 ? 1 : 0;
