import { cursorOf, textOf } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import type { Link } from "./links.js";

const SOFT = 2;

/** Reads the names of a group as HDF5 kept them at first: a B-tree of nodes of symbols, and a heap of names. */
export async function readSymbolTable(
  bytes: FileBytes,
  treeAddress: number,
  heapAddress: number,
): Promise<Map<string, Link>> {
  const names = await readLocalHeap(bytes, heapAddress);
  const links = new Map<string, Link>();
  for (const node of await symbolNodes(bytes, treeAddress)) {
    for (const [name, link] of await readSymbols(bytes, node, names)) links.set(name, link);
  }
  return links;
}

async function readLocalHeap(bytes: FileBytes, address: number): Promise<Uint8Array> {
  const head = cursorOf(
    await bytes.look(address, 8 + 2 * bytes.widths.length + bytes.widths.address),
    bytes.widths,
  );
  head.expect("HEAP");
  head.at = 8;
  const size = head.length();
  head.length();
  return bytes.look(head.address(), size);
}

/** Addresses of the nodes of symbols below a B-tree, in order. */
async function symbolNodes(bytes: FileBytes, root: number): Promise<number[]> {
  const { address, length } = bytes.widths;
  const headBytes = 8 + 2 * address;
  const seen = new Set<number>();
  let level = [root];
  let depth: number | undefined;
  for (;;) {
    const heads = await Promise.all(level.map((node) => bytes.look(node, headBytes)));
    const children: number[] = [];
    for (let i = 0; i < level.length; i++) {
      if (seen.has(level[i])) throw new Error("a group whose index leads back into itself");
      seen.add(level[i]);
      const head = cursorOf(heads[i], bytes.widths);
      head.expect("TREE");
      if (head.u8() !== 0) throw new Error("an index of another kind in a group");
      const found = head.u8();
      depth ??= found;
      if (found !== depth) throw new Error(`level ${found} of an index in place of ${depth}`);
      const count = head.u16();
      const entries = cursorOf(
        await bytes.look(level[i] + headBytes, count * (address + length)),
        bytes.widths,
      );
      for (let entry = 0; entry < count; entry++) {
        entries.at += length;
        children.push(entries.address());
      }
    }
    if (depth === 0) return children;
    depth = (depth ?? 1) - 1;
    if (children.length === 0) return [];
    level = children;
  }
}

async function readSymbols(bytes: FileBytes, address: number, names: Uint8Array): Promise<[string, Link][]> {
  const { widths } = bytes;
  const head = cursorOf(await bytes.look(address, 8), widths);
  head.expect("SNOD");
  head.at = 6;
  const count = head.u16();
  const entryBytes = 2 * widths.address + 24;
  const cursor = cursorOf(await bytes.look(address + 8, count * entryBytes), widths);
  return Array.from({ length: count }, (_, i) => {
    cursor.at = i * entryBytes;
    const nameAt = cursor.uint(widths.address);
    const object = cursor.address();
    const cacheType = cursor.u32();
    cursor.at += 4;
    const name = nameAtOf(names, nameAt);
    if (cacheType !== SOFT) return [name, { kind: "object", address: object }];
    return [name, { kind: "soft", path: nameAtOf(names, cursor.u32()) }];
  });
}

function nameAtOf(names: Uint8Array, at: number): string {
  if (at >= names.length) throw new Error(`a name at ${at} of ${names.length}`);
  return textOf(names.subarray(at));
}
