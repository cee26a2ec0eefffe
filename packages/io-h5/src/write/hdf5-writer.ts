import { bytesOut, UNDEFINED } from "./bytes-out.js";
import { INNER_K, LEAF_K, placeGroupIndex } from "./group-index.js";
import {
  arrayMessages,
  attributeMessage,
  groupMessages,
  type Message,
  objectHeader,
  type StoredAttribute,
} from "./object-header.js";
import { placeTexts, type Texts, textsOf } from "./text-heap.js";
import { type ItemType, itemBytes } from "./types-out.js";

/** Where a new file goes. */
export interface FileTarget {
  /** Writes bytes at a place, which may lie beyond the end; they may be changed once this resolves. */
  writeAt(offset: number, bytes: Uint8Array): Promise<void>;
}

/** What an attribute may be: whole numbers as bigint, others as number. */
export type AttributeItem = string | boolean | number | bigint | readonly string[];
export type Attributes = Readonly<Record<string, AttributeItem>>;

export interface NewArray {
  readonly type: ItemType;
  /** None for a scalar. */
  readonly shape: readonly number[];
  readonly attributes?: Attributes;
}

/** An array whose room is there, and which is written in any order. */
export interface ArrayItems {
  /** Writes items from the place `start` on, counted over all dimensions. */
  write(start: number, items: ArrayBufferView): Promise<void>;
  writeTexts(start: number, texts: Texts | readonly string[]): Promise<void>;
}

/**
 * A new HDF5 file: groups, and arrays in one piece. Paths have no slash at either end, that of the root is "". Groups come before what lies
 * in them. What is written is read by every library since HDF5 1.0.
 */
export interface Hdf5Writer {
  group(path: string, attributes?: Attributes): void;
  array(path: string, array: NewArray): ArrayItems;
  /** Gives an array another name. */
  link(path: string, target: string): void;
  /** Writes what leads to groups and arrays; the file is complete then. */
  finish(): Promise<void>;
}

interface Node {
  readonly attributes: Attributes;
  /** Of a group. */
  readonly members?: Map<string, Node>;
  /** Of an array. */
  readonly array?: NewArray & { readonly address: number; readonly bytes: number };
  linkCount: number;
  header?: number;
}

const SUPERBLOCK_BYTES = 96;

export function hdf5Writer(target: FileTarget): Hdf5Writer {
  const root: Node = { attributes: {}, members: new Map(), linkCount: 1 };
  let rootAttributes: Attributes = {};
  let end = SUPERBLOCK_BYTES;
  const take = (bytes: number) => {
    const address = end;
    end += 8 * Math.ceil(bytes / 8);
    return address;
  };
  const place = async (bytes: Uint8Array) => {
    const address = take(bytes.length);
    await target.writeAt(address, bytes);
    return address;
  };
  const parentOf = (path: string): [members: Map<string, Node>, name: string] => {
    const parts = path.split("/");
    const name = parts.pop() as string;
    let node: Node | undefined = root;
    for (const part of parts) node = node?.members?.get(part);
    if (node?.members === undefined || name === "" || node.members.has(name)) {
      throw new Error(`${path}: no group to put it in, or its name is taken`);
    }
    return [node.members, name];
  };
  const find = (path: string): Node | undefined => {
    let node: Node | undefined = root;
    for (const part of path.split("/")) node = node?.members?.get(part);
    return node;
  };
  return {
    group(path, attributes = {}) {
      if (path === "") {
        rootAttributes = attributes;
        return;
      }
      const [members, name] = parentOf(path);
      members.set(name, { attributes, members: new Map(), linkCount: 1 });
    },
    array(path, array) {
      const [members, name] = parentOf(path);
      const size = itemBytes(array.type);
      const bytes = array.shape.reduce((product, length) => product * length, size);
      const address = take(bytes);
      members.set(name, {
        attributes: array.attributes ?? {},
        array: { ...array, address, bytes },
        linkCount: 1,
      });
      const write = (start: number, { buffer, byteOffset, byteLength }: ArrayBufferView) =>
        target.writeAt(address + start * size, new Uint8Array(buffer, byteOffset, byteLength));
      return {
        write,
        writeTexts: async (start, texts) =>
          write(start, await placeTexts("offsets" in texts ? texts : textsOf(texts), place)),
      };
    },
    link(path, other) {
      const node = find(other);
      if (node?.array === undefined) throw new Error(`${other}: no array to link to`);
      const [members, name] = parentOf(path);
      members.set(name, node);
      node.linkCount++;
    },
    async finish() {
      const header = await placeNode({ ...root, attributes: rootAttributes }, place);
      await target.writeAt(0, superblock(header, end));
    },
  };
}

type Place = (bytes: Uint8Array) => Promise<number>;

async function placeNode(node: Node, place: Place): Promise<number> {
  if (node.header !== undefined) return node.header;
  let messages: Message[];
  if (node.array) messages = arrayMessages(node.array);
  else {
    const headers = new Map<string, number>();
    for (const [name, member] of node.members ?? []) headers.set(name, await placeNode(member, place));
    messages = groupMessages(await placeGroupIndex(headers, place));
  }
  const attributes = await storedAttributes(node.attributes, place);
  const bytes = objectHeader([...messages, ...attributes.map(attributeMessage)], node.linkCount);
  node.header = await place(bytes);
  return node.header;
}

/** The texts of an object's attributes lie in a heap together. */
async function storedAttributes(attributes: Attributes, place: Place): Promise<StoredAttribute[]> {
  const entries = Object.entries(attributes);
  const texts = entries.flatMap(([, value]) =>
    typeof value === "string" || Array.isArray(value) ? value : [],
  );
  const items = await placeTexts(textsOf(texts as string[]), place);
  let at = 0;
  return entries.map(([name, value]) => {
    if (typeof value === "boolean")
      return { name, type: "bool", shape: [], items: Uint8Array.of(value ? 1 : 0) };
    if (typeof value === "number")
      return { name, type: "float64", shape: [], items: bytesOf(Float64Array.of(value)) };
    if (typeof value === "bigint")
      return { name, type: "int64", shape: [], items: bytesOf(BigInt64Array.of(value)) };
    const shape = typeof value === "string" ? [] : [value.length];
    const size = itemBytes("text") * (typeof value === "string" ? 1 : value.length);
    at += size;
    return { name, type: "text", shape, items: items.subarray(at - size, at) };
  });
}

function bytesOf({ buffer }: Float64Array | BigInt64Array): Uint8Array {
  return new Uint8Array(buffer);
}

function superblock(root: number, end: number): Uint8Array {
  return (
    bytesOut()
      .u8(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)
      // Versions, then sizes of addresses and lengths.
      .u8(0, 0, 0, 0, 0, 8, 8, 0)
      .u16(LEAF_K)
      .u16(INNER_K)
      .u32(0)
      .u64(0)
      .u64(UNDEFINED)
      .u64(end)
      .u64(UNDEFINED)
      // The root's entry.
      .u64(0)
      .u64(root)
      .u32(0)
      .u32(0)
      .u64(0)
      .u64(0)
      .done()
  );
}
