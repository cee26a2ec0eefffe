import { cursorOf } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";
import type { StoredChunk } from "./chunk-index.js";
import { type Grid, numberAt } from "./grid.js";

/** Entries of a node, where the file does not say otherwise. */
const USUAL_ENTRIES = 64;

interface TreeNode {
  readonly level: number;
  /** By child: the number of its first chunk, where it lies, and of a chunk its size and mask. */
  readonly entries: readonly StoredChunk[];
}

/** The stored ones among the chunks `first .. last`. */
export type FindChunks = (first: number, last: number, signal?: AbortSignal) => Promise<StoredChunk[]>;

/**
 * The B-tree that HDF5 finds chunks by unless it is told to be newer. Only nodes on the way to the chunks asked for are read, all of a
 * level at once; they are kept.
 */
export function treeFinder(bytes: FileBytes, root: number, grid: Grid): FindChunks {
  const nodes = new Map<number, Promise<TreeNode>>();
  const load = (address: number, signal?: AbortSignal): Promise<TreeNode> => {
    const known = nodes.get(address) ?? readNode(bytes, address, grid, signal);
    nodes.set(address, known);
    known.catch(() => nodes.delete(address));
    return known;
  };
  return async (first, last, signal) => {
    let level: readonly number[] = [root];
    let depth: number | undefined;
    for (;;) {
      const found = await Promise.all(level.map((address) => load(address, signal)));
      const entries: StoredChunk[] = [];
      for (const node of found) {
        depth ??= node.level;
        if (node.level !== depth) throw new Error(`level ${node.level} of an index in place of ${depth}`);
        for (let i = 0; i < node.entries.length; i++) {
          const { number } = node.entries[i];
          const isBefore = i + 1 < node.entries.length && node.entries[i + 1].number <= first;
          if (number > last || isBefore) continue;
          if (entries.length > 0 && number <= entries[entries.length - 1].number) {
            throw new Error("chunks out of order in an index");
          }
          entries.push(node.entries[i]);
        }
      }
      if (depth === undefined || depth === 0) return entries.filter(({ number }) => number >= first);
      depth--;
      level = entries.map(({ address }) => address);
      if (level.length === 0) return [];
      if (new Set(level).size < level.length) throw new Error("an index that leads to a node twice");
    }
  };
}

async function readNode(
  bytes: FileBytes,
  address: number,
  grid: Grid,
  signal?: AbortSignal,
): Promise<TreeNode> {
  const { widths, size } = bytes;
  const headBytes = 8 + 2 * widths.address;
  const keyBytes = 16 + 8 * grid.counts.length;
  const entryBytes = keyBytes + widths.address;
  const length = Math.min(headBytes + USUAL_ENTRIES * entryBytes + keyBytes, Math.max(0, size - address));
  let node = await bytes.read(address, length, signal);
  const head = cursorOf(node, widths);
  head.expect("TREE");
  if (head.u8() !== 1) throw new Error("an index of another kind for chunks");
  const level = head.u8();
  const count = head.u16();
  if (headBytes + count * entryBytes > node.length) {
    node = await bytes.read(address, headBytes + count * entryBytes, signal);
  }
  const cursor = cursorOf(node, widths);
  cursor.at = headBytes;
  const places = new Array<number>(grid.counts.length);
  const entries = Array.from({ length: count }, () => {
    const stored = cursor.u32();
    const mask = cursor.u32();
    for (let axis = 0; axis < places.length; axis++) {
      const offset = cursor.uint(8);
      places[axis] = offset / grid.chunkShape[axis];
      if (!Number.isInteger(places[axis])) throw new Error(`a chunk that begins at item ${offset}`);
    }
    if (cursor.uint(8) !== 0) throw new Error("a chunk that begins within an item");
    const number = numberAt(grid.counts, places);
    if (number < 0) throw new Error("a chunk beyond the end of its dataset");
    return { number, address: cursor.address(), size: stored, mask };
  });
  return { level, entries };
}
