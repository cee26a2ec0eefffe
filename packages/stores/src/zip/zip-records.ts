/** A member as the directory of a zip tells of it. */
export interface WrittenMember {
  readonly name: Uint8Array;
  readonly crc: number;
  readonly size: number;
  /** Where its header begins. */
  readonly offset: number;
}

const [LOCAL, ENTRY, END, END_64, LOCATOR_64] = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50];
/** Of the flags of a member: its name is in UTF-8. */
const UTF8 = 1 << 11;
/** Versions of the format that a reader must know. */
const [PLAIN, ZIP64] = [20, 45];
/** 1 January 1980, the first day there is: what is written does not depend on the time. */
const FIRST_DAY = (1 << 5) | 1;
const [MOST_16, MOST_32] = [0xffff, 0xffffffff];

/** What stands before the bytes of a member, which lie as they are. Source: PKWARE's APPNOTE.TXT 6.3, 4.3.7. */
export function localHeader({ name, crc, size }: Omit<WrittenMember, "offset">): Uint8Array {
  const out = new Uint8Array(30 + name.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, LOCAL, true);
  common(view, 4, PLAIN);
  sizes(view, 14, { crc, size });
  view.setUint16(26, name.length, true);
  out.set(name, 30);
  return out;
}

/** A member in the directory; with an extra field where it lies beyond 4 GiB (4.3.12, 4.5.3). */
export function directoryEntry({ name, crc, size, offset }: WrittenMember): Uint8Array {
  const isFar = offset >= MOST_32;
  const out = new Uint8Array(46 + name.length + (isFar ? 12 : 0));
  const view = new DataView(out.buffer);
  view.setUint32(0, ENTRY, true);
  view.setUint16(4, isFar ? ZIP64 : PLAIN, true);
  common(view, 6, isFar ? ZIP64 : PLAIN);
  sizes(view, 16, { crc, size });
  view.setUint16(28, name.length, true);
  view.setUint32(42, isFar ? MOST_32 : offset, true);
  out.set(name, 46);
  if (isFar) {
    const extra = 46 + name.length;
    view.setUint16(30, 12, true);
    view.setUint16(extra, 1, true);
    view.setUint16(extra + 2, 8, true);
    view.setBigUint64(extra + 4, BigInt(offset), true);
  }
  return out;
}

/** What a zip ends with, in zip64 where 65,535 members or 4 GiB do not suffice (4.3.14 to 4.3.16). */
export function endOfZip(count: number, offset: number, size: number): Uint8Array {
  const isLarge = count >= MOST_16 || offset >= MOST_32 || size >= MOST_32;
  const before = isLarge ? 76 : 0;
  const out = new Uint8Array(before + 22);
  const view = new DataView(out.buffer);
  if (isLarge) {
    view.setUint32(0, END_64, true);
    view.setBigUint64(4, 44n, true);
    view.setUint16(12, ZIP64, true);
    view.setUint16(14, ZIP64, true);
    for (const [at, value] of [
      [24, count],
      [32, count],
      [40, size],
      [48, offset],
    ]) {
      view.setBigUint64(at, BigInt(value), true);
    }
    view.setUint32(56, LOCATOR_64, true);
    view.setBigUint64(64, BigInt(offset + size), true);
    view.setUint32(72, 1, true);
  }
  view.setUint32(before, END, true);
  view.setUint16(before + 8, Math.min(count, MOST_16), true);
  view.setUint16(before + 10, Math.min(count, MOST_16), true);
  view.setUint32(before + 12, Math.min(size, MOST_32), true);
  view.setUint32(before + 16, Math.min(offset, MOST_32), true);
  return out;
}

/** Version, flags, method (stored), time and day. */
function common(view: DataView, at: number, version: number): void {
  view.setUint16(at, version, true);
  view.setUint16(at + 2, UTF8, true);
  view.setUint16(at + 8, FIRST_DAY, true);
}

function sizes(view: DataView, at: number, { crc, size }: Pick<WrittenMember, "crc" | "size">): void {
  view.setUint32(at, crc, true);
  view.setUint32(at + 4, size, true);
  view.setUint32(at + 8, size, true);
}
