import { numbered } from "@flashdeconv/core/internal";
import { type Cursor, cursorOf, NOWHERE } from "../bytes/cursor.js";
import { unsupported } from "../bytes/errors.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import { readRecords } from "./btree-v2.js";

/** The heap that links and attributes of large groups lie in. */
export interface FractalHeap {
  /** The object of an id, as an index of names has it. */
  get(id: Uint8Array): Promise<Uint8Array>;
}

interface HeapFacts {
  readonly address: number;
  readonly flags: number;
  readonly maxDirect: number;
  readonly maxManaged: number;
  readonly width: number;
  readonly startBytes: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  readonly root: number;
  readonly rootRows: number;
  readonly hugeTree: number;
}

const [MANAGED, HUGE, TINY] = [0, 1, 2];
/** Blocks that lie in each other. */
const MOST_DEPTH = 32;

export async function openHeap(bytes: FileBytes, address: number): Promise<FractalHeap> {
  const cursor = cursorOf(await bytes.lookUpTo(address, 256), bytes.widths);
  const facts = parseFacts(cursor, bytes, address);
  let huge: Promise<Uint8Array[]> | undefined;
  return {
    async get(id) {
      const cursor = cursorOf(id, bytes.widths);
      const head = cursor.u8();
      const kind = (head >> 4) & 3;
      if (kind === TINY) return id.subarray(1, 2 + (head & 15));
      if (kind === MANAGED) {
        const offset = cursor.uint(facts.offsetBytes);
        const length = cursor.uint(facts.lengthBytes);
        return managed(bytes, facts, offset, length);
      }
      if (kind !== HUGE) throw new Error(`a heap object of the kind ${kind}`);
      const isDirect = id.length - 1 >= bytes.widths.address + bytes.widths.length;
      if (isDirect) return bytes.look(cursor.address(), cursor.length());
      huge ??= readRecords(bytes, facts.hugeTree, [1]);
      return hugeObject(bytes, await huge, cursor.uint(Math.min(8, id.length - 1)));
    },
  };
}

function parseFacts(cursor: Cursor, { name, widths }: FileBytes, address: number): HeapFacts {
  cursor.expect("FRHP");
  cursor.at = 7;
  const filterBytes = cursor.u16();
  if (filterBytes > 0) throw unsupported(name, "names or attributes that are compressed", "plain ones");
  const flags = cursor.u8();
  const maxManaged = cursor.u32();
  cursor.length();
  const hugeTree = cursor.address();
  cursor.length();
  cursor.address();
  cursor.at += 8 * widths.length;
  const width = cursor.u16();
  const startBytes = cursor.length();
  const maxDirect = cursor.length();
  const offsetBits = cursor.u16();
  cursor.u16();
  const root = cursor.address();
  const rootRows = cursor.u16();
  if (width === 0 || !isPower(startBytes) || !isPower(maxDirect) || offsetBits > 64) {
    throw new Error(`a heap of blocks of ${startBytes} to ${numbered(maxDirect, "byte")}`);
  }
  const offsetBytes = Math.ceil(offsetBits / 8);
  const lengthBytes = Math.min(
    Math.ceil(Math.log2(maxDirect) / 8),
    Math.floor(Math.log2(Math.max(1, maxManaged)) / 8) + 1,
  );
  return {
    address,
    flags,
    maxDirect,
    maxManaged,
    width,
    startBytes,
    offsetBytes,
    lengthBytes,
    root,
    rootRows,
    hugeTree,
  };
}

function isPower(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/** Bytes of each block in a row of the doubling table. */
function blockBytes({ startBytes }: HeapFacts, row: number): number {
  return row < 2 ? startBytes : startBytes * 2 ** (row - 1);
}

/** Finds the direct block that holds an offset of the heap, from the root down, and reads out of it. */
async function managed(
  bytes: FileBytes,
  facts: HeapFacts,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const { widths } = bytes;
  let { root: address, rootRows: rows } = facts;
  let base = 0;
  let size = facts.startBytes;
  for (let depth = 0; rows > 0; depth++) {
    if (depth > MOST_DEPTH) throw new Error("a heap of more than 32 levels");
    const { row, column, start } = placeOf(facts, offset - base, rows);
    const directRows = Math.log2(facts.maxDirect) - Math.log2(facts.startBytes) + 2;
    const headBytes = 5 + widths.address + facts.offsetBytes;
    const entries = rows * facts.width;
    const block = cursorOf(await bytes.look(address, headBytes + entries * widths.address), widths);
    block.expect("FHIB");
    block.at = headBytes + (row * facts.width + column) * widths.address;
    address = block.address();
    base += start;
    size = blockBytes(facts, row);
    rows = row < directRows ? 0 : Math.log2(size) - Math.log2(facts.startBytes * facts.width) + 1;
  }
  if (address === NOWHERE) throw new Error("a heap object in a block that was never written");
  const at = offset - base;
  if (at + length > size) throw new Error("a heap object that reaches past its block");
  const head = await bytes.look(address, 4);
  cursorOf(head, widths).expect("FHDB");
  return bytes.look(address + at, length);
}

/** The entry of an indirect block that an offset falls into, and where that begins. */
function placeOf(facts: HeapFacts, offset: number, rows: number) {
  let start = 0;
  for (let row = 0; row < rows; row++) {
    const size = blockBytes(facts, row);
    const column = Math.floor((offset - start) / size);
    if (column < facts.width) return { row, column, start: start + column * size };
    start += facts.width * size;
  }
  throw new Error("a heap object beyond the end of its heap");
}

async function hugeObject(bytes: FileBytes, records: readonly Uint8Array[], id: number): Promise<Uint8Array> {
  for (const record of records) {
    const cursor = cursorOf(record, bytes.widths);
    const [address, length, found] = [cursor.address(), cursor.length(), cursor.length()];
    if (found === id) return bytes.look(address, length);
  }
  throw new Error(`no heap object ${id}`);
}
