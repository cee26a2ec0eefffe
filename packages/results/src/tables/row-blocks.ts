import { type DenseChunk, type NameChunk, rechunk } from "@flashdeconv/core";
import type { TablePart } from "./table-shape.js";

/** Consecutive rows of all parts of a table. */
export interface RowBlock {
  readonly start: number;
  readonly count: number;
  readonly names: Pick<NameChunk, "offsets" | "bytes">;
  /** Of each part, row by row. */
  readonly values: readonly DenseChunk["values"][];
}

export interface RowOptions {
  readonly rowsPerBlock: number;
  readonly signal?: AbortSignal;
}

/** The rows of a table, a block at a time; the last may be shorter. */
export async function* rowBlocks(
  parts: readonly TablePart[],
  names: AsyncIterable<NameChunk> | readonly string[],
  { rowsPerBlock, signal }: RowOptions,
): AsyncGenerator<RowBlock> {
  const passes = parts.map(({ table }) =>
    rechunk(table.values, rowsPerBlock).chunks({ signal })[Symbol.asyncIterator](),
  );
  const nameBlocks = namesInBlocks(names, rowsPerBlock);
  try {
    for (let start = 0; ; ) {
      const chunks: DenseChunk[] = [];
      for (const pass of passes) {
        const { value, done } = await pass.next();
        if (!done) chunks.push(value);
      }
      if (chunks.length < passes.length || chunks.length === 0) return;
      const { value: block, done } = await nameBlocks.next();
      if (done) throw new Error("there are fewer names than spots");
      const count = chunks[0].spotCount;
      yield { start, count, names: block, values: chunks.map(({ values }) => values) };
      start += count;
    }
  } finally {
    await nameBlocks.return(undefined);
    for (const pass of passes) await pass.return?.();
  }
}

type NameBlock = RowBlock["names"];

const encoder = new TextEncoder();

async function* namesInBlocks(
  names: AsyncIterable<NameChunk> | readonly string[],
  size: number,
): AsyncGenerator<NameBlock> {
  if (Array.isArray(names)) {
    for (let start = 0; start < names.length; start += size) yield encoded(names.slice(start, start + size));
    return;
  }
  let held: NameBlock[] = [];
  let heldCount = 0;
  for await (const { count, offsets, bytes } of names as AsyncIterable<NameChunk>) {
    for (let taken = 0; taken < count; ) {
      const end = Math.min(count, taken + size - heldCount);
      held.push(sliced(offsets, bytes, taken, end));
      heldCount += end - taken;
      taken = end;
      if (heldCount < size) continue;
      yield joined(held, heldCount);
      held = [];
      heldCount = 0;
    }
  }
  if (heldCount > 0) yield joined(held, heldCount);
}

function encoded(names: readonly string[]): NameBlock {
  // UTF-8 takes at most three bytes for each unit of a text.
  const bytes = new Uint8Array(3 * names.reduce((sum, { length }) => sum + length, 0));
  const offsets = new Int32Array(names.length + 1);
  for (const [i, name] of names.entries()) {
    offsets[i + 1] = offsets[i] + encoder.encodeInto(name, bytes.subarray(offsets[i])).written;
  }
  return { offsets, bytes: bytes.subarray(0, offsets[names.length]) };
}

function sliced(offsets: Int32Array, bytes: Uint8Array, from: number, to: number): NameBlock {
  const first = offsets[from];
  const own = offsets.slice(from, to + 1);
  for (let i = 0; i < own.length; i++) own[i] -= first;
  return { offsets: own, bytes: bytes.subarray(first, offsets[to]) };
}

function joined(blocks: readonly NameBlock[], count: number): NameBlock {
  if (blocks.length === 1) return blocks[0];
  const offsets = new Int32Array(count + 1);
  let [at, end] = [0, 0];
  for (const block of blocks) {
    for (let i = 1; i < block.offsets.length; i++) offsets[++at] = end + block.offsets[i];
    end = offsets[at];
  }
  const bytes = new Uint8Array(end);
  let place = 0;
  for (const block of blocks) {
    bytes.set(block.bytes, place);
    place += block.bytes.length;
  }
  return { offsets, bytes };
}
