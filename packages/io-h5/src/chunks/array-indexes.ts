import { numbered } from "@flashdeconv/core/internal";
import { type Cursor, cursorOf, NOWHERE, type Widths } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";

/** An entry of an index that is an array: where the chunk of that place lies. */
export interface ArrayEntry {
  readonly place: number;
  readonly address: number;
  readonly size: number;
  readonly mask: number;
}

const CHECKSUM = 4;

/** How the entries of an array are stored. */
interface Entries {
  readonly widths: Widths;
  readonly bytes: number;
  readonly isFiltered: boolean;
  /** Size of a chunk that went through no filter. */
  readonly chunkBytes: number;
}

/** Takes entries out of a block, from `place` on; those of chunks that are not stored are passed over. */
function readEntries(cursor: Cursor, entries: Entries, place: number, count: number): ArrayEntry[] {
  const found: ArrayEntry[] = [];
  for (let i = 0; i < count; i++) {
    const address = cursor.address();
    const size = entries.isFiltered
      ? cursor.uint(entries.bytes - entries.widths.address - 4)
      : entries.chunkBytes;
    const mask = entries.isFiltered ? cursor.u32() : 0;
    if (address !== NOWHERE) found.push({ place: place + i, address, size, mask });
  }
  return found;
}

function isSet(bits: Uint8Array, at: number): boolean {
  return (bits[at >> 3] & (128 >> (at & 7))) !== 0;
}

/** All entries of a fixed array, the index of datasets that cannot grow without a limit. */
export async function readFixedArray(
  bytes: FileBytes,
  address: number,
  chunkBytes: number,
): Promise<ArrayEntry[]> {
  const { widths } = bytes;
  const head = cursorOf(await bytes.look(address, 8 + widths.length + widths.address), widths);
  head.expect("FAHD");
  head.u8();
  const isFiltered = head.u8() === 1;
  const entries = { widths, isFiltered, bytes: head.u8(), chunkBytes };
  const pageLength = 2 ** head.u8();
  const count = head.length();
  const block = head.address();
  if (block === NOWHERE || count === 0) return [];
  if (count > bytes.size / entries.bytes) throw new Error(`an index of ${numbered(count, "chunk")}`);
  const pageCount = count > pageLength ? Math.ceil(count / pageLength) : 0;
  const prefix = 6 + widths.address + Math.ceil(pageCount / 8);
  const length = prefix + count * entries.bytes + CHECKSUM * (1 + pageCount);
  const cursor = cursorOf(await bytes.look(block, length), widths);
  cursor.expect("FADB");
  cursor.at = 6 + widths.address;
  if (pageCount === 0) return readEntries(cursor, entries, 0, count);
  const written = cursor.take(Math.ceil(pageCount / 8));
  const found: ArrayEntry[] = [];
  for (let page = 0; page < pageCount; page++) {
    if (!isSet(written, page)) continue;
    cursor.at = prefix + CHECKSUM + page * (pageLength * entries.bytes + CHECKSUM);
    const first = page * pageLength;
    found.push(...readEntries(cursor, entries, first, Math.min(pageLength, count - first)));
  }
  return found;
}

interface ExtensibleFacts {
  readonly entries: Entries;
  readonly inIndexBlock: number;
  readonly leastInBlock: number;
  readonly pageLength: number;
  readonly offsetBytes: number;
  readonly superBlockCount: number;
  readonly leastPointers: number;
}

/** All entries of an extensible array, the index of datasets that grow along one axis. */
export async function readExtensibleArray(
  bytes: FileBytes,
  address: number,
  chunkBytes: number,
): Promise<ArrayEntry[]> {
  const { widths } = bytes;
  const head = cursorOf(await bytes.look(address, 12 + 6 * widths.length + widths.address), widths);
  const facts = parseExtensible(head, widths, chunkBytes);
  head.at += 6 * widths.length;
  const block = head.address();
  if (block === NOWHERE) return [];

  const { entries, inIndexBlock, leastPointers, superBlockCount } = facts;
  const blockCount = 2 * (leastPointers - 1);
  const firstSuper = 2 * Math.log2(leastPointers);
  const superCount = Math.max(0, superBlockCount - firstSuper);
  const length =
    6 + widths.address + inIndexBlock * entries.bytes + (blockCount + superCount) * widths.address;
  const cursor = cursorOf(await bytes.look(block, length), widths);
  cursor.expect("EAIB");
  cursor.at = 6 + widths.address;
  const found = readEntries(cursor, entries, 0, inIndexBlock);
  const blocks: DataBlock[] = [];
  let place = inIndexBlock;
  for (let number = 0; number < firstSuper; number++) {
    const { count, length } = superBlock(facts, number);
    for (let i = 0; i < count; i++, place += length)
      blocks.push({ address: cursor.address(), place, length });
  }
  for (let number = firstSuper; number < superBlockCount; number++) {
    const { count, length } = superBlock(facts, number);
    const at = cursor.address();
    if (at !== NOWHERE)
      blocks.push(...(await readSuperBlock(bytes, facts, { address: at, place, count, length })));
    place += count * length;
  }
  const stored = blocks.filter((block) => block.address !== NOWHERE);
  const parts = await Promise.all(stored.map((block) => readDataBlock(bytes, facts, block)));
  return [...found, ...parts.flat()];
}

function parseExtensible(head: Cursor, widths: Widths, chunkBytes: number): ExtensibleFacts {
  head.expect("EAHD");
  head.u8();
  const isFiltered = head.u8() === 1;
  const entries = { widths, isFiltered, bytes: head.u8(), chunkBytes };
  const bits = head.u8();
  const inIndexBlock = head.u8();
  const leastInBlock = head.u8();
  const leastPointers = head.u8();
  const pageLength = 2 ** head.u8();
  if (bits > 64 || !isPower(leastInBlock) || !isPower(leastPointers)) {
    throw new Error(`an index of ${bits} bits, blocks of ${leastInBlock} and ${leastPointers}`);
  }
  const superBlockCount = 1 + bits - Math.log2(leastInBlock);
  const offsetBytes = Math.ceil(bits / 8);
  return { entries, inIndexBlock, leastInBlock, pageLength, offsetBytes, superBlockCount, leastPointers };
}

function isPower(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/** How many blocks of how many entries a super block has: each second one twice as many, the others twice as long. */
function superBlock({ leastInBlock }: ExtensibleFacts, number: number) {
  return { count: 2 ** Math.floor(number / 2), length: 2 ** Math.ceil(number / 2) * leastInBlock };
}

interface DataBlock {
  readonly address: number;
  readonly place: number;
  readonly length: number;
  /** Which of its pages were written, where it has pages. */
  readonly pages?: { readonly written: Uint8Array; readonly first: number };
}

async function readSuperBlock(
  bytes: FileBytes,
  { pageLength, offsetBytes }: ExtensibleFacts,
  { address, place, count, length }: DataBlock & { readonly count: number },
): Promise<DataBlock[]> {
  const { widths } = bytes;
  const pageBytes = length > pageLength ? Math.ceil(length / pageLength / 8) : 0;
  const prefix = 6 + widths.address + offsetBytes;
  const cursor = cursorOf(await bytes.look(address, prefix + count * (pageBytes + widths.address)), widths);
  cursor.expect("EASB");
  cursor.at = prefix;
  // The pages of all blocks are counted on, however many bytes are kept for each block.
  const written = cursor.take(count * pageBytes);
  return Array.from({ length: count }, (_, i) => ({
    address: cursor.address(),
    place: place + i * length,
    length,
    ...(pageBytes > 0 && { pages: { written, first: (i * length) / pageLength } }),
  }));
}

async function readDataBlock(
  bytes: FileBytes,
  { entries, pageLength, offsetBytes }: ExtensibleFacts,
  { address, place, length, pages }: DataBlock,
): Promise<ArrayEntry[]> {
  const { widths } = bytes;
  const prefix = 6 + widths.address + offsetBytes;
  const pageCount = pages ? length / pageLength : 0;
  const size = prefix + length * entries.bytes + CHECKSUM * (1 + pageCount);
  const cursor = cursorOf(await bytes.look(address, size), widths);
  cursor.expect("EADB");
  cursor.at = prefix;
  if (!pages) return readEntries(cursor, entries, place, length);
  const found: ArrayEntry[] = [];
  for (let page = 0; page < pageCount; page++) {
    if (!isSet(pages.written, pages.first + page)) continue;
    cursor.at = prefix + CHECKSUM + page * (pageLength * entries.bytes + CHECKSUM);
    found.push(...readEntries(cursor, entries, place + page * pageLength, pageLength));
  }
  return found;
}
