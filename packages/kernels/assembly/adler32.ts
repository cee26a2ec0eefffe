import { sumOfInts } from "./memory";

const BASE: u64 = 65521;
/** So many bytes can be added before sums grow beyond 32 bits. */
const MOST: usize = 5536;

/** The checksum of zlib (RFC 1950) of what lies from `at` to `end`. */
export function adler32(at: usize, end: usize): u32 {
  let low: u64 = 1;
  let high: u64 = 0;
  const weights = i8x16(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
  while (at < end) {
    const stop = min(end, at + MOST);
    const whole = (stop - at) & ~15;
    const wholeEnd = at + whole;
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    for (; at < wholeEnd; at += 16) {
      const bytes = v128.load(at);
      before = i32x4.add(before, sums);
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes)));
      const products = i16x8.add(
        i16x8.extmul_low_i8x16_u(bytes, weights),
        i16x8.extmul_high_i8x16_u(bytes, weights),
      );
      weighted = i32x4.add(weighted, i32x4.extadd_pairwise_i16x8_u(products));
    }
    high += low * whole + 16 * <u64>(<u32>sumOfInts(before)) + <u64>(<u32>sumOfInts(weighted));
    low += <u64>(<u32>sumOfInts(sums));
    for (; at < stop; at++) {
      low += load<u8>(at);
      high += low;
    }
    low %= BASE;
    high %= BASE;
  }
  return <u32>((high << 16) | low);
}
