import { cursorOf, NOWHERE } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import { parseAttribute, type RawAttribute } from "../objects/attribute.js";
import { MESSAGE, type Message } from "../objects/object-header.js";
import { readRecords } from "./btree-v2.js";
import { openHeap } from "./fractal-heap.js";
import { type Link, parseLink } from "./links.js";
import { readSymbolTable } from "./symbol-table.js";

/** All links of a group, however they are kept. */
export async function readLinks(bytes: FileBytes, messages: readonly Message[]): Promise<Map<string, Link>> {
  const links = new Map<string, Link>();
  for (const { type, data } of messages) {
    const cursor = cursorOf(data, bytes.widths);
    if (type === MESSAGE.symbolTable) {
      const [tree, heap] = [cursor.address(), cursor.address()];
      for (const [name, link] of await readSymbolTable(bytes, tree, heap)) links.set(name, link);
    } else if (type === MESSAGE.link) {
      links.set(...parseLink(cursor));
    } else if (type === MESSAGE.linkInfo) {
      cursor.at = 1;
      if (cursor.u8() & 1) cursor.at += 8;
      for (const object of await denseObjects(bytes, cursor.address(), cursor.address(), LINKS)) {
        links.set(...parseLink(cursorOf(object, bytes.widths)));
      }
    }
  }
  return links;
}

/** All attributes of an object, as they lie. */
export async function readAttributes(
  bytes: FileBytes,
  messages: readonly Message[],
): Promise<RawAttribute[]> {
  const attributes: Promise<RawAttribute>[] = [];
  for (const { type, data } of messages) {
    if (type === MESSAGE.attribute) attributes.push(parseAttribute(bytes, data));
    if (type !== MESSAGE.attributeInfo) continue;
    const cursor = cursorOf(data, bytes.widths);
    cursor.at = 1;
    if (cursor.u8() & 1) cursor.at += 2;
    for (const object of await denseObjects(bytes, cursor.address(), cursor.address(), ATTRIBUTES)) {
      attributes.push(parseAttribute(bytes, object));
    }
  }
  return Promise.all(attributes);
}

/** Where a record of an index of names has the id of its heap object. */
interface RecordLayout {
  readonly type: number;
  readonly idAt: number;
  readonly idBytes: number;
}

const LINKS: RecordLayout = { type: 5, idAt: 4, idBytes: 7 };
const ATTRIBUTES: RecordLayout = { type: 8, idAt: 0, idBytes: 8 };

async function denseObjects(
  bytes: FileBytes,
  heapAddress: number,
  treeAddress: number,
  { type, idAt, idBytes }: RecordLayout,
): Promise<Uint8Array[]> {
  if (heapAddress === NOWHERE || treeAddress === NOWHERE) return [];
  const records = await readRecords(bytes, treeAddress, [type]);
  const heap = await openHeap(bytes, heapAddress);
  return Promise.all(records.map((record) => heap.get(record.subarray(idAt, idAt + idBytes))));
}
