import { FormatError } from "@flashdeconv/core";
import { type Hierarchy, openArray, type ZarrArray } from "@flashdeconv/io-zarr/arrays/internal";
import { Pauses } from "./pauses.js";

/** Chunks on their way at the same time. */
const AHEAD = 6;

/** Numbers of one chunk; big integers are not among them. */
export type Numbers = ArrayLike<number>;

/** Opens an array of numbers; of `dimension` axes. */
export async function openNumbers(hierarchy: Hierarchy, path: string, dimension = 1): Promise<ZarrArray> {
  const node = await hierarchy.node(path);
  const { shape, dataType } = node?.kind === "array" ? node.metadata : { shape: [], dataType: undefined };
  if (node?.kind !== "array" || shape.length !== dimension || dataType?.kind === "string") {
    throw new FormatError({
      path,
      found: node === undefined ? "nothing" : "something else",
      expected: `an array of numbers with ${dimension === 1 ? "one axis" : `${dimension} axes`}`,
      remedy: "The result is damaged or incomplete: write it again.",
    });
  }
  return openArray(hierarchy, node);
}

/** One chunk of a one-dimensional array, cut to the array. */
export async function readBlock(array: ZarrArray, block: number, signal?: AbortSignal): Promise<Numbers> {
  const { shape, chunkShape, fillValue = 0 } = array.metadata;
  const length = Math.min(chunkShape[0], shape[0] - block * chunkShape[0]);
  const chunk = await array.readChunk([block], "fill", signal);
  return chunk === undefined ? new Float32Array(length).fill(fillValue) : numbersOf(chunk.data, length);
}

function numbersOf(data: unknown, length: number): Numbers {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    return Float64Array.from(data.subarray(0, length), Number);
  }
  if (ArrayBuffer.isView(data)) return (data as Float32Array).subarray(0, length);
  const items = data as { get(i: number): unknown };
  return Float32Array.from({ length }, (_, i) => Number(items.get(i)));
}

/** Reads blocks of an array in order, some ahead, and lets the page breathe between them. */
export async function eachBlock(
  array: ZarrArray,
  visit: (values: Numbers, start: number) => void,
  { signal, blocks }: { readonly signal?: AbortSignal; readonly blocks?: readonly number[] } = {},
): Promise<void> {
  const { shape, chunkShape } = array.metadata;
  const wanted = blocks ?? Array.from({ length: Math.ceil(shape[0] / chunkShape[0]) }, (_, i) => i);
  const pauses = new Pauses();
  await inOrder(
    wanted,
    (block) => readBlock(array, block, signal),
    async (values, block) => {
      visit(values, block * chunkShape[0]);
      await pauses.take(signal);
    },
  );
}

/** Does the same with each of a list, a few ahead, and hands on what comes of it in order. */
export async function inOrder<I, T>(
  items: readonly I[],
  read: (item: I) => Promise<T>,
  visit: (value: T, item: I) => Promise<void> | void,
): Promise<void> {
  const pending: Promise<T>[] = [];
  const start = (i: number) => {
    if (i >= items.length) return;
    const job = read(items[i]);
    // A failure is met by who waits for it, if anybody still does.
    job.catch(() => undefined);
    pending.push(job);
  };
  for (let i = 0; i < AHEAD; i++) start(i);
  for (let i = 0; i < items.length; i++) {
    const value = await pending[i];
    // What was handed on is not held.
    (pending as (Promise<T> | undefined)[])[i] = undefined;
    start(i + AHEAD);
    await visit(value, items[i]);
  }
}
