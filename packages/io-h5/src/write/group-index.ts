import { bytesOut, UNDEFINED } from "./bytes-out.js";
import type { Place } from "./text-heap.js";

/** Half of what a leaf and an inner node hold: said once in the superblock. */
export const LEAF_K = 32;
export const INNER_K = 64;

const LEAF_BYTES = 8 + 2 * LEAF_K * 40;
const NODE_BYTES = 24 + 8 * (4 * INNER_K + 1);

/** Where the index of a group lies. */
export interface GroupIndex {
  readonly tree: number;
  readonly heap: number;
}

/** Writes the index of a group: its names, in the order of their bytes, and where each object's header lies. */
export async function placeGroupIndex(
  members: ReadonlyMap<string, number>,
  place: Place,
): Promise<GroupIndex> {
  const encoder = new TextEncoder();
  const named = [...members].map(([name, header]) => ({ bytes: encoder.encode(name), header }));
  named.sort((a, b) => compareBytes(a.bytes, b.bytes));
  const names = bytesOut().u64(0);
  const entries = named.map(({ bytes, header }) => {
    const offset = names.length;
    names.bytes(bytes).u8(0).pad8();
    return { offset, header };
  });
  const data = await place(names.done());
  const heap = await place(
    bytesOut()
      .bytes(encoder.encode("HEAP"))
      .u8(0, 0, 0, 0)
      .u64(names.length)
      // 1 says that nothing in it is free.
      .u64(1)
      .u64(data)
      .done(),
  );
  // A child, and the greatest name in it.
  let level: { address: number; last: number }[] = [];
  for (let at = 0; at < entries.length; at += 2 * LEAF_K) {
    const own = entries.slice(at, at + 2 * LEAF_K);
    const leaf = bytesOut().bytes(encoder.encode("SNOD")).u8(1, 0).u16(own.length);
    for (const { offset, header } of own) leaf.u64(offset).u64(header).u32(0).u32(0).u64(0).u64(0);
    level.push({ address: await place(leaf.zerosTo(LEAF_BYTES).done()), last: own[own.length - 1].offset });
  }
  for (let depth = 0; ; depth++) {
    const parents: typeof level = [];
    for (let at = 0; at < Math.max(1, level.length); at += 2 * INNER_K) {
      const own = level.slice(at, at + 2 * INNER_K);
      const node = bytesOut()
        .bytes(encoder.encode("TREE"))
        .u8(0, depth)
        .u16(own.length)
        .u64(UNDEFINED)
        .u64(UNDEFINED);
      node.u64(at === 0 ? 0 : level[at - 1].last);
      for (const { address, last } of own) node.u64(address).u64(last);
      parents.push({ address: await place(node.zerosTo(NODE_BYTES).done()), last: own.at(-1)?.last ?? 0 });
    }
    if (parents.length === 1) return { tree: parents[0].address, heap };
    level = parents;
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
