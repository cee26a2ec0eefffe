// Unpacks what LZ4 packed (the block format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md), and puts bytes that were sorted by
// their place in a number back beside each other.

/** A block may be damaged: reading and writing stay within the bounds and this beyond, which the caller leaves free. */
const SLACK: usize = 16;

const LEAST_MATCH: usize = 4;

/** Copies whole vectors, up to 15 bytes more than it should. */
@inline
function copyVectors(to: usize, from: usize, length: usize): void {
  const end = to + length;
  do {
    v128.store(to, v128.load(from));
    to += SLACK;
    from += SLACK;
  } while (to < end);
}

/** Copies what may overlap: a match of the last few bytes repeats them, byte by byte until a vector holds whole repeats. */
@inline
function copyMatch(to: usize, distance: usize, length: usize): void {
  let whole = distance;
  while (whole < SLACK) whole += distance;
  if (whole > distance) {
    const head = min(length, whole);
    for (let i: usize = 0; i < head; i++) store<u8>(to + i, load<u8>(to + i - distance));
    if (length <= whole) return;
    to += whole;
    length -= whole;
  }
  copyVectors(to, to - whole, length);
}

/** Where the bytes of a long length end, the length itself in `lengthRead`. */
let lengthRead: usize = 0;

@inline
function readLength(at: usize, end: usize): usize {
  let length: usize = 0;
  let byte: usize = 255;
  while (byte === 255 && at < end) {
    byte = <usize>load<u8>(at++);
    length += byte;
  }
  // Bytes of 255 to the very end: damaged, and longer than anything.
  lengthRead = byte === 255 ? <usize>0x7fffffff : length;
  return at;
}

/**
 * Unpacks the block from `at` to `end` to `out`, up to `outEnd`. Around both 16 bytes are free.
 *
 * @returns whether it was unpacked, to exactly there
 */
export function unpack(at: usize, end: usize, out: usize, outEnd: usize): bool {
  const outStart = out;
  while (at < end) {
    const token = <usize>load<u8>(at++);
    let literals = token >> 4;
    if (literals === 15) {
      at = readLength(at, end);
      literals += lengthRead;
    }
    if (literals > end - at || literals > outEnd - out) return false;
    if (literals > 0) copyVectors(out, at, literals);
    at += literals;
    out += literals;
    // The last sequence has no match.
    if (at === end) return out === outEnd;
    if (end - at < 2) return false;
    const distance = <usize>load<u16>(at);
    at += 2;
    let length = token & 15;
    if (length === 15) {
      at = readLength(at, end);
      length += lengthRead;
    }
    length += LEAST_MATCH;
    if (distance === 0 || distance > out - outStart || length > outEnd - out) return false;
    copyMatch(out, distance, length);
    out += length;
  }
  return false;
}

/** Numbers of four bytes, sixteen at a time, then one by one. */
function joinFour(from: usize, to: usize, count: usize): void {
  let i: usize = 0;
  for (; i + 16 <= count; i += 16) {
    const a = v128.load(from + i);
    const b = v128.load(from + count + i);
    const c = v128.load(from + 2 * count + i);
    const d = v128.load(from + 3 * count + i);
    const lowAB = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const highAB = i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const lowCD = i8x16.shuffle(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const highCD = i8x16.shuffle(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const at = to + (i << 2);
    v128.store(at, i16x8.shuffle(lowAB, lowCD, 0, 8, 1, 9, 2, 10, 3, 11));
    v128.store(at, i16x8.shuffle(lowAB, lowCD, 4, 12, 5, 13, 6, 14, 7, 15), 16);
    v128.store(at, i16x8.shuffle(highAB, highCD, 0, 8, 1, 9, 2, 10, 3, 11), 32);
    v128.store(at, i16x8.shuffle(highAB, highCD, 4, 12, 5, 13, 6, 14, 7, 15), 48);
  }
  for (; i < count; i++) joinOne(from + i, to + (i << 2), count, 4);
}

@inline
function joinOne(from: usize, to: usize, count: usize, size: usize): void {
  for (let byte: usize = 0; byte < size; byte++) store<u8>(to + byte, load<u8>(from + byte * count));
}

/** Bytes that lie sorted by their place in numbers of `size` bytes, as the numbers; what is left over stays behind them. */
export function unshuffle(from: usize, to: usize, length: usize, size: usize): void {
  const count = length / size;
  if (size === 4) joinFour(from, to, count);
  else for (let i: usize = 0; i < count; i++) joinOne(from + i, to + i * size, count, size);
  const whole = count * size;
  memory.copy(to + whole, from + whole, length - whole);
}
