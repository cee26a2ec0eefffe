/** Eight tables of 256 entries lie here: the checksum of a byte that so many others follow. */
const TABLES: usize = 16384;
const TABLE: usize = 4 * 256;
const POLYNOMIAL: u32 = 0xedb88320;

let isMade: bool = false;

function makeTables(): void {
  for (let byte: u32 = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? POLYNOMIAL ^ (crc >> 1) : crc >> 1;
    store<u32>(TABLES + (<usize>byte << 2), crc);
  }
  for (let i: usize = 256; i < 8 * 256; i++) {
    const before = load<u32>(TABLES + (i << 2) - TABLE);
    store<u32>(TABLES + (i << 2), load<u32>(TABLES + ((before & 255) << 2)) ^ (before >> 8));
  }
  isMade = true;
}

@inline
function entry(table: usize, word: u32, shift: u32): u32 {
  return load<u32>(TABLES + TABLE * table + (((word >> shift) & 255) << 2));
}

/** The checksum of gzip (RFC 1952) of what lies from `at` to `end`, eight bytes at a time. */
export function crc32(at: usize, end: usize): u32 {
  if (!isMade) makeTables();
  let crc: u32 = 0xffffffff;
  for (; at + 8 <= end; at += 8) {
    const low = load<u32>(at) ^ crc;
    const high = load<u32>(at + 4);
    crc =
      entry(7, low, 0) ^ entry(6, low, 8) ^ entry(5, low, 16) ^ entry(4, low, 24) ^
      entry(3, high, 0) ^ entry(2, high, 8) ^ entry(1, high, 16) ^ entry(0, high, 24);
  }
  for (; at < end; at++) crc = entry(0, crc ^ load<u8>(at), 0) ^ (crc >> 8);
  return ~crc;
}
