import { numbered } from "@flashdeconv/core/internal";
import { type Cursor, cursorOf } from "../bytes/cursor.js";
import { unsupported } from "../bytes/errors.js";
import type { FileBytes } from "../bytes/file-bytes.js";

/** Kinds of messages that are looked at. */
export const MESSAGE = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  oldFill: 4,
  fill: 5,
  link: 6,
  external: 7,
  layout: 8,
  filters: 11,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
  attributeInfo: 21,
} as const;

export interface Message {
  readonly type: number;
  readonly data: Uint8Array;
}

/** Bytes of all blocks of a header, and how many there may be. Large attributes are kept elsewhere. */
const MOST_HEADER_BYTES = 2 ** 25;
const MOST_BLOCKS = 4096;
/** A header's first block and what fits for certain. */
const FIRST_LOOK = 512;

const SHARED = 2;
const FAIL_IF_UNKNOWN = 128;
/** Messages end here; those above are of files that are newer than this. */
const LAST_KNOWN = 24;

interface Block {
  readonly address: number;
  readonly length: number;
}

/** Reads the messages of an object's header, of version 1 or 2, with all continuations. */
export async function readHeader(bytes: FileBytes, address: number): Promise<readonly Message[]> {
  const head = await bytes.lookUpTo(address, FIRST_LOOK);
  const cursor = cursorOf(head, bytes.widths);
  const isNew = head[0] === 0x4f;
  const hasOrder = isNew && (head[5] & 4) !== 0;
  const first = isNew ? firstOfNew(cursor, address) : firstOfOld(cursor, address);

  const messages: Message[] = [];
  const blocks: Block[] = [first];
  const seen = new Set<number>();
  let total = 0;
  for (let number = 0; number < blocks.length; number++) {
    const { address: start, length } = blocks[number];
    total += length;
    if (seen.has(start) || seen.size > MOST_BLOCKS || total > MOST_HEADER_BYTES) {
      throw new Error("a header without an end");
    }
    seen.add(start);
    const block = cursorOf(await bytes.look(start, length), bytes.widths);
    let end = length;
    if (isNew && number > 0) {
      block.expect("OCHK");
      end -= 4;
    }
    const continued = isNew ? newMessages(block, end, hasOrder, messages) : oldMessages(block, end, messages);
    blocks.push(...continued);
  }
  return Promise.all(messages.map((message) => resolveShared(bytes, message)));
}

function firstOfOld(cursor: Cursor, address: number): Block {
  const version = cursor.u8();
  if (version !== 1) throw new Error(`an object header of version ${version}`);
  cursor.at = 8;
  return { address: address + 16, length: cursor.u32() };
}

function firstOfNew(cursor: Cursor, address: number): Block {
  cursor.expect("OHDR");
  const version = cursor.u8();
  if (version !== 2) throw new Error(`an object header of version ${version}`);
  const flags = cursor.u8();
  if (flags & 32) cursor.at += 16;
  if (flags & 16) cursor.at += 4;
  const length = cursor.uint(1 << (flags & 3));
  return { address: address + cursor.at, length };
}

interface Flagged extends Message {
  readonly isShared?: boolean;
}

function oldMessages(cursor: Cursor, end: number, messages: Flagged[]): Block[] {
  const continued: Block[] = [];
  while (cursor.at + 8 <= end) {
    const type = cursor.u16();
    const size = cursor.u16();
    const flags = cursor.u8();
    cursor.at += 3;
    add(cursor, { type, size, flags }, messages, continued);
  }
  return continued;
}

function newMessages(cursor: Cursor, end: number, hasOrder: boolean, messages: Flagged[]): Block[] {
  const continued: Block[] = [];
  const headBytes = hasOrder ? 6 : 4;
  while (cursor.at + headBytes <= end) {
    const type = cursor.u8();
    const size = cursor.u16();
    const flags = cursor.u8();
    if (hasOrder) cursor.at += 2;
    add(cursor, { type, size, flags }, messages, continued);
  }
  return continued;
}

interface MessageHead {
  readonly type: number;
  readonly size: number;
  readonly flags: number;
}

function add(
  cursor: Cursor,
  { type, size, flags }: MessageHead,
  messages: Flagged[],
  continued: Block[],
): void {
  const start = cursor.at;
  if (type === MESSAGE.continuation) {
    continued.push({ address: cursor.address(), length: cursor.length() });
  } else if (type > LAST_KNOWN && flags & FAIL_IF_UNKNOWN) {
    throw new Error(`a message of the kind ${type}, without which it cannot be read`);
  }
  cursor.at = start;
  const data = cursor.take(size);
  if (type !== 0) messages.push({ type, data, isShared: (flags & SHARED) !== 0 });
}

/** A shared message lies in the header of another object, as that of a named type does. */
async function resolveShared(bytes: FileBytes, { type, data, isShared }: Flagged): Promise<Message> {
  return { type, data: isShared ? await sharedData(bytes, type, data) : data };
}

/** What a reference to a shared message of some kind stands for. */
export async function sharedData(bytes: FileBytes, type: number, data: Uint8Array): Promise<Uint8Array> {
  const cursor = cursorOf(data, bytes.widths);
  const version = cursor.u8();
  const where = cursor.u8();
  if (version === 3 && where !== 2) {
    throw unsupported(
      bytes.name,
      "messages shared in a table of the file",
      "messages of each object by itself",
    );
  }
  if (version === 1) cursor.at += 6;
  const messages = await readPlain(bytes, cursor.address(), type);
  if (!messages) throw new Error(`nothing where a shared message of the kind ${type} should be`);
  return messages;
}

/** The message of a kind in a header, where it is not shared itself: references do not go round. */
async function readPlain(bytes: FileBytes, address: number, type: number): Promise<Uint8Array | undefined> {
  const head = await bytes.lookUpTo(address, FIRST_LOOK);
  const cursor = cursorOf(head, bytes.widths);
  const isNew = head[0] === 0x4f;
  const { address: start, length } = isNew ? firstOfNew(cursor, address) : firstOfOld(cursor, address);
  if (length > MOST_HEADER_BYTES) throw new Error(`a header of ${numbered(length, "byte")}`);
  const block = cursorOf(await bytes.look(start, length), bytes.widths);
  const messages: Flagged[] = [];
  if (isNew) newMessages(block, length, (head[5] & 4) !== 0, messages);
  else oldMessages(block, length, messages);
  return messages.find((message) => message.type === type && !message.isShared)?.data;
}
