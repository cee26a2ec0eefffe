import { numbered } from "@flashdeconv/core/internal";
import { cursorOf, NOWHERE } from "../bytes/cursor.js";
import type { FileBytes } from "../bytes/file-bytes.js";

const MOST_DEPTH = 16;
/** Before and after the records of a node: signature, version, type, checksum. */
const NODE_FRAME = 10;

interface Node {
  readonly address: number;
  readonly count: number;
}

/**
 * All records of a B-tree of version 2, of one of the given types, level by level; those of inner nodes come first, so that they are not
 * in order.
 */
export async function readRecords(
  bytes: FileBytes,
  address: number,
  types: readonly number[],
): Promise<Uint8Array[]> {
  if (address === NOWHERE) return [];
  const { widths } = bytes;
  const head = cursorOf(await bytes.look(address, 22 + widths.address + widths.length), widths);
  head.expect("BTHD");
  head.u8();
  const type = head.u8();
  if (!types.includes(type)) throw new Error(`an index of the type ${type}`);
  const nodeBytes = head.u32();
  const recordBytes = head.u16();
  const depth = head.u16();
  head.u16();
  let level: Node[] = [{ address: head.address(), count: head.u16() }];
  const total = head.length();
  if (recordBytes === 0 || depth > MOST_DEPTH || total > bytes.size / recordBytes) {
    throw new Error(
      `an index of ${numbered(total, "record")} of ${numbered(recordBytes, "byte")}, ${depth} levels deep`,
    );
  }
  if (level[0].address === NOWHERE) return [];
  const sizes = pointerSizes(nodeBytes, recordBytes, depth, widths.address);
  const records: Uint8Array[] = [];
  const seen = new Set<number>();
  for (let at = depth; at >= 0; at--) {
    const nodes = await Promise.all(level.map((node) => bytes.look(node.address, nodeBytes)));
    const children: Node[] = [];
    level.forEach(({ address: place, count }, i) => {
      if (seen.has(place)) throw new Error("an index that leads back into itself");
      seen.add(place);
      const cursor = cursorOf(nodes[i], widths);
      cursor.expect(at === 0 ? "BTLF" : "BTIN");
      cursor.at += 2;
      for (let record = 0; record < count; record++) records.push(cursor.take(recordBytes));
      if (at === 0) return;
      for (let child = 0; child <= count; child++) {
        const address = cursor.address();
        children.push({ address, count: cursor.uint(sizes.count) });
        if (at > 1) cursor.at += sizes.totals[at - 1];
      }
    });
    level = children;
  }
  if (records.length !== total)
    throw new Error(`${numbered(records.length, "record")} of ${total} in an index`);
  return records;
}

/** How many bytes numbers of records take in pointers to nodes: they are as short as the largest number allows. */
function pointerSizes(nodeBytes: number, recordBytes: number, depth: number, addressBytes: number) {
  const inLeaf = Math.floor((nodeBytes - NODE_FRAME) / recordBytes);
  const count = bytesOf(inLeaf);
  const totals = [0];
  let below = inLeaf;
  for (let level = 1; level <= depth; level++) {
    const pointer = addressBytes + count + totals[level - 1];
    const most = Math.floor((nodeBytes - NODE_FRAME - pointer) / (recordBytes + pointer));
    below = (most + 1) * below + most;
    totals.push(bytesOf(below));
  }
  return { count, totals };
}

function bytesOf(most: number): number {
  return Math.floor(Math.log2(Math.max(1, most)) / 8) + 1;
}
