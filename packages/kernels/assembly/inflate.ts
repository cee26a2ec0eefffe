import { adler32 } from "./adler32";

export { crc32 } from "./crc32";

// Unpacks deflate's blocks (RFC 1951), and zlib's format around them (RFC 1950), from one piece of memory to another. Codes are looked up by the bits that come next, up to
// 15 of them: a first table by 11 (distances: 8), which leads to a further one for longer codes.
// Memory may be written to up to SLACK bytes beyond the end of the output, and read up to as many beyond the end of the input.

const LITERAL_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 8;
const LENGTH_BITS: u32 = 7;
const LITERAL_MASK: u64 = (1 << LITERAL_BITS) - 1;
const DISTANCE_MASK: u64 = (1 << DISTANCE_BITS) - 1;

// An entry: in its lowest byte how many bits it takes, above it how many more follow, from bit 16 on a literal, the least length or distance, or
// where a further table begins.
const IS_LITERAL: u32 = 1 << 31;
const IS_FURTHER: u32 = 1 << 30;
const IS_END: u32 = 1 << 29;
const IS_WRONG: u32 = 1 << 28;
const IS_FURTHER_DISTANCE: u32 = 1 << 31;

// Parts of the working memory, in bytes: tables, lengths of codes, numbers of codes by length, codes by length.
/** Where tables lie. */
const WORK: usize = 64;
const DISTANCES: usize = 4 * 2400;
const LENGTHS: usize = DISTANCES + 4 * 512;
const COUNTS: usize = LENGTHS + 512;
const FIRSTS: usize = COUNTS + 64;
const SORTED: usize = FIRSTS + 64;

/** What is wrong with the input. */
const DAMAGED: i32 = -1;
/** More comes out than there is room for. */
const TOO_LONG: i32 = -2;

/** In which order lengths of the codes for lengths come: 5 bits each. */
@inline
function lengthOrder(i: u32): u32 {
  const early: u64 = 16 | (17 << 5) | (18 << 10) | (0 << 15) | (8 << 20) | (7 << 25) | (<u64>9 << 30) | (<u64>6 << 35) | (<u64>10 << 40) | (<u64>5 << 45) | (<u64>11 << 50) | (<u64>4 << 55);
  const late: u64 = 12 | (3 << 5) | (13 << 10) | (2 << 15) | (14 << 20) | (1 << 25) | (<u64>15 << 30);
  return <u32>(i < 12 ? early >> (5 * i) : late >> (5 * (i - 12))) & 31;
}

/** The entry of a literal or length, without the bits of its code. */
@inline
function literalEntry(symbol: u32): u32 {
  if (symbol < 256) return IS_LITERAL | (symbol << 16);
  if (symbol == 256) return IS_END;
  if (symbol > 285) return IS_WRONG;
  if (symbol == 285) return 258 << 16;
  const i = symbol - 257;
  if (i < 8) return (3 + i) << 16;
  const more = (i >> 2) - 1;
  return ((((4 + (i & 3)) << more) + 3) << 16) | (more << 8);
}

@inline
function distanceEntry(symbol: u32): u32 {
  // A distance of 0 is refused where it is used.
  if (symbol > 29) return 0;
  if (symbol < 4) return (1 + symbol) << 16;
  const more = (symbol >> 1) - 1;
  return ((((2 + (symbol & 1)) << more) + 1) << 16) | (more << 8);
}

@inline
function entryOf(kind: u32, symbol: u32): u32 {
  return kind == 0 ? literalEntry(symbol) : kind == 1 ? distanceEntry(symbol) : symbol << 16;
}

/** The last `length` bits of a code, the other way round. */
@inline
function reversed(code: u32, length: u32): u32 {
  let bits = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >> 4) & 0x0f0f);
  bits = ((bits & 0x00ff) << 8) | (bits >> 8);
  return bits >> (16 - length);
}

/**
 * Fills a table from the lengths of codes.
 *
 * @param kind 0 literals and lengths, 1 distances, 2 lengths of codes
 * @returns false for lengths that no codes can have
 */
function fillTable(lengths: usize, symbolCount: u32, table: usize, bits: u32, kind: u32): bool {
  const counts = WORK + COUNTS;
  const firsts = WORK + FIRSTS;
  const sorted = WORK + SORTED;
  memory.fill(counts, 0, 64);
  for (let i: u32 = 0; i < symbolCount; i++) {
    const at = counts + (<usize>load<u8>(lengths + i) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let left: i32 = 1;
  let first: u32 = 0;
  let longest: u32 = 0;
  for (let length: u32 = 1; length < 16; length++) {
    const count = load<u32>(counts + (length << 2));
    left = (left << 1) - <i32>count;
    if (left < 0) return false;
    store<u32>(firsts + (length << 2), first);
    first += count;
    if (count > 0) longest = length;
  }
  const used = first;
  // Codes of one length alone may leave some out: a single distance has a code of one bit.
  if (left > 0 && (kind != 1 || longest > 1)) return false;
  const wrong: u32 = kind == 0 ? IS_WRONG : 0;
  for (let i: usize = 0; i < 1 << bits; i++) store<u32>(table + (i << 2), wrong);
  for (let i: u32 = 0; i < symbolCount; i++) {
    const length = load<u8>(lengths + i);
    if (length == 0) continue;
    const at = firsts + (<usize>length << 2);
    const place = load<u32>(at);
    store<u16>(sorted + (<usize>place << 1), <u16>i);
    store<u32>(at, place + 1);
  }
  let code: u32 = 0;
  let length: u32 = 0;
  let rest: u32 = 0;
  let prefix: u32 = 0xffffffff;
  let further: u32 = 0;
  let furtherBits: u32 = 0;
  let top: u32 = 1 << bits;
  for (let i: u32 = 0; i < used; i++) {
    while (rest == 0) {
      length++;
      code <<= 1;
      rest = load<u32>(counts + (length << 2));
    }
    const entry = entryOf(kind, load<u16>(sorted + (<usize>i << 1)));
    const key = reversed(code, length);
    if (length <= bits) {
      const filled = entry | length;
      for (let at = key; at < 1 << bits; at += 1 << length) store<u32>(table + (<usize>at << 2), filled);
    } else {
      const low = key & ((1 << bits) - 1);
      if (low != prefix) {
        prefix = low;
        further = top;
        furtherBits = length - bits;
        let room: i32 = (1 << furtherBits) - <i32>rest;
        while (room > 0 && bits + furtherBits < longest) {
          furtherBits++;
          room = (room << 1) - <i32>load<u32>(counts + ((bits + furtherBits) << 2));
        }
        top += 1 << furtherBits;
        const flag = kind == 0 ? IS_FURTHER : IS_FURTHER_DISTANCE;
        store<u32>(table + (<usize>low << 2), flag | (further << 16) | (furtherBits << 8) | bits);
      }
      const filled = entry | (length - bits);
      for (let at = key >> bits; at < 1 << furtherBits; at += 1 << (length - bits))
        store<u32>(table + (<usize>(further + at) << 2), filled);
    }
    code++;
    rest--;
  }
  return true;
}

/** Whether the tables are those of blocks without codes of their own. */
let hasFixed: bool = false;
let bitsAhead: u64 = 0;
let bitCount: u32 = 0;
let next: usize = 0;

@inline
function refill(): void {
  bitsAhead |= load<u64>(next) << bitCount;
  next += (63 - bitCount) >> 3;
  bitCount |= 56;
}

@inline
function take(count: u32): u32 {
  const taken = <u32>bitsAhead & ((1 << count) - 1);
  bitsAhead >>= count;
  bitCount -= count;
  return taken;
}

/** Back to the first byte of which no bit was taken. */
function toByte(): void {
  take(bitCount & 7);
  next -= bitCount >> 3;
  bitsAhead = 0;
  bitCount = 0;
}

/** Reads the codes of a block and fills both tables; false for damage. */
function readCodes(limit: usize): bool {
  const lengths = WORK + LENGTHS;
  hasFixed = false;
  refill();
  const literalCount: u32 = 257 + take(5);
  const distanceCount: u32 = 1 + take(5);
  const codeCount: u32 = 4 + take(4);
  if (literalCount > 286 || distanceCount > 30) return false;
  memory.fill(lengths, 0, 19);
  for (let i: u32 = 0; i < codeCount; i++) {
    refill();
    store<u8>(lengths + lengthOrder(i), <u8>take(3));
  }
  const table = WORK + DISTANCES;
  if (!fillTable(lengths, 19, table, LENGTH_BITS, 2)) return false;
  const all = literalCount + distanceCount;
  for (let i: u32 = 0; i < all; ) {
    if (next > limit) return false;
    refill();
    const entry = load<u32>(table + ((<usize>bitsAhead & 127) << 2));
    const symbol = entry >> 16;
    take(entry & 0xff);
    if (symbol < 16) {
      store<u8>(lengths + i++, <u8>symbol);
      continue;
    }
    if (symbol == 16 && i == 0) return false;
    const repeated: u8 = symbol == 16 ? load<u8>(lengths + i - 1) : 0;
    const count: u32 = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (i + count > all) return false;
    memory.fill(lengths + i, repeated, count);
    i += count;
  }
  if (load<u8>(lengths + 256) == 0) return false;
  return (
    fillTable(lengths, literalCount, WORK, LITERAL_BITS, 0) &&
    fillTable(lengths + literalCount, distanceCount, table, DISTANCE_BITS, 1)
  );
}

function fixedCodes(): void {
  if (hasFixed) return;
  hasFixed = true;
  const lengths = WORK + LENGTHS;
  memory.fill(lengths, 8, 144);
  memory.fill(lengths + 144, 9, 112);
  memory.fill(lengths + 256, 7, 24);
  memory.fill(lengths + 280, 8, 8);
  memory.fill(lengths + 288, 5, 32);
  fillTable(lengths, 288, WORK, LITERAL_BITS, 0);
  fillTable(lengths + 288, 32, WORK + DISTANCES, DISTANCE_BITS, 1);
}

/** Copies of what was written before; up to 24 bytes too many. */
@inline
function copyBack(to: usize, distance: usize, length: usize): void {
  const end = to + length;
  let from = to - distance;
  if (distance >= 16) {
    do {
      v128.store(to, v128.load(from));
      to += 16;
      from += 16;
    } while (to < end);
    return;
  }
  // What repeats within 8 bytes repeats within twice as many too.
  while (distance < 8) {
    store<u64>(to, load<u64>(from));
    to += distance;
    distance <<= 1;
  }
  while (to < end) {
    store<u64>(to, load<u64>(to - distance));
    to += 8;
  }
}

/** A block of codes; where it ends, or what is wrong. Of `count` only the lowest six bits are looked at. */
function unpackBlock(start: usize, begin: usize, end: usize, limit: usize): isize {
  let out = begin;
  let from = next;
  let count = bitCount;
  let bits = bitsAhead | (load<u64>(from) << count);
  from += (~count & 63) >> 3;
  count |= 56;
  let entry = load<u32>(WORK + (<usize>(bits & LITERAL_MASK) << 2));
  for (;;) {
    if (<i32>entry < 0) {
      bits >>= entry;
      count -= entry;
      store<u8>(out++, <u8>(entry >> 16));
      entry = load<u32>(WORK + (<usize>(bits & LITERAL_MASK) << 2));
      if (<i32>entry < 0) {
        bits >>= entry;
        count -= entry;
        store<u8>(out++, <u8>(entry >> 16));
        entry = load<u32>(WORK + (<usize>(bits & LITERAL_MASK) << 2));
        if (<i32>entry < 0) {
          bits >>= entry;
          count -= entry;
          store<u8>(out++, <u8>(entry >> 16));
          if (from > limit) return DAMAGED;
          if (out > end) return TOO_LONG;
          bits |= load<u64>(from) << count;
          from += (~count & 63) >> 3;
          count |= 56;
          entry = load<u32>(WORK + (<usize>(bits & LITERAL_MASK) << 2));
          continue;
        }
      }
    }
    if (entry & (IS_FURTHER | IS_END | IS_WRONG)) {
      if (entry & IS_FURTHER) {
        bits >>= LITERAL_BITS;
        count -= LITERAL_BITS;
        const place = ((entry >> 16) & 0xfff) + (<u32>bits & ((1 << ((entry >> 8) & 15)) - 1));
        entry = load<u32>(WORK + (<usize>place << 2));
        if (<i32>entry < 0) {
          bits >>= entry;
          count -= entry;
          store<u8>(out++, <u8>(entry >> 16));
          if (from > limit) return DAMAGED;
          if (out > end) return TOO_LONG;
          bits |= load<u64>(from) << count;
          from += (~count & 63) >> 3;
          count |= 56;
          entry = load<u32>(WORK + (<usize>(bits & LITERAL_MASK) << 2));
          continue;
        }
      }
      if (entry & IS_WRONG) return DAMAGED;
      if (entry & IS_END) {
        bits >>= entry;
        count -= entry;
        break;
      }
    }
    bits >>= entry;
    count -= entry;
    let more = (entry >> 8) & 15;
    const length = ((entry >> 16) & 0x1ff) + (<u32>bits & ((1 << more) - 1));
    bits >>= more;
    count -= more;
    if ((count & 63) < 28) {
      bits |= load<u64>(from) << count;
      from += (~count & 63) >> 3;
      count |= 56;
    }
    entry = load<u32>(WORK + DISTANCES + (<usize>(bits & DISTANCE_MASK) << 2));
    if (<i32>entry < 0) {
      bits >>= DISTANCE_BITS;
      count -= DISTANCE_BITS;
      const place = ((entry >> 16) & 0x7fff) + (<u32>bits & ((1 << ((entry >> 8) & 15)) - 1));
      entry = load<u32>(WORK + DISTANCES + (<usize>place << 2));
    }
    bits >>= entry;
    count -= entry;
    more = (entry >> 8) & 15;
    const distance = (entry >> 16) + (<u32>bits & ((1 << more) - 1));
    bits >>= more;
    count -= more;
    if (<usize>(distance - 1) >= out - start) return DAMAGED;
    if (from > limit) return DAMAGED;
    if (out + length > end) return TOO_LONG;
    // What comes next is looked up before bytes are copied, which then takes no time of its own.
    bits |= load<u64>(from) << count;
    from += (~count & 63) >> 3;
    count |= 56;
    entry = load<u32>(WORK + (<usize>(bits & LITERAL_MASK) << 2));
    copyBack(out, distance, length);
    out += length;
  }
  bitsAhead = bits;
  bitCount = count & 63;
  next = from;
  return out > end ? TOO_LONG : <isize>out;
}

/**
 * Unpacks the bare blocks (RFC 1951) that lie in `input .. inputEnd` to `out .. outEnd`. `blocksEnd` says where they end.
 *
 * @returns bytes that came out, or a negative number that says what is wrong
 */
export function inflateRaw(input: usize, inputEnd: usize, out: usize, outEnd: usize): isize {
  // Beyond the end zeros are read; what was taken of them is found when what follows is looked for.
  const limit = inputEnd + 8;
  next = input;
  bitsAhead = 0;
  bitCount = 0;
  let at = out;
  for (let isLast: u32 = 0; isLast == 0; ) {
    if (next > limit) return DAMAGED;
    refill();
    isLast = take(1);
    const kind = take(2);
    if (kind == 3) return DAMAGED;
    if (kind == 0) {
      toByte();
      if (next + 4 > inputEnd) return DAMAGED;
      const length = <u32>load<u16>(next);
      if ((length ^ <u32>load<u16>(next + 2)) != 0xffff) return DAMAGED;
      next += 4;
      if (next + length > inputEnd) return DAMAGED;
      if (at + length > outEnd) return TOO_LONG;
      memory.copy(at, next, length);
      next += length;
      at += length;
      continue;
    }
    if (kind == 1) fixedCodes();
    else if (!readCodes(limit)) return DAMAGED;
    const end = unpackBlock(out, at, outEnd, limit);
    if (end < 0) return end;
    at = end;
  }
  toByte();
  return next > inputEnd ? DAMAGED : at - out;
}

/** Where the blocks that were unpacked last end. */
export function blocksEnd(): usize {
  return next;
}

/** The same of zlib's format. */
export function inflate(input: usize, inputEnd: usize, out: usize, outEnd: usize): isize {
  if (inputEnd < input + 6) return DAMAGED;
  const head = (<u32>load<u8>(input) << 8) | load<u8>(input + 1);
  if (head % 31 != 0 || ((head >> 8) & 15) != 8 || head & 32) return DAMAGED;
  const length = inflateRaw(input + 2, inputEnd, out, outEnd);
  if (length < 0) return length;
  if (next + 4 > inputEnd) return DAMAGED;
  return bswap<u32>(load<u32>(next)) == adler32(out, out + length) ? length : DAMAGED;
}
