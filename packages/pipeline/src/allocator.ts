import type { Executor, NeighborGraph } from "@flashdeconv/core";
import type { Allocate } from "@flashdeconv/graph";
import type { StatArray } from "@flashdeconv/solver";

/** Makes memory that all threads of the executor see; ordinary memory where there is but the calling one. */
export function allocator({ isThreaded }: Pick<Executor, "isThreaded">): Allocate {
  if (!isThreaded) return (byteLength) => new ArrayBuffer(byteLength);
  return (byteLength) => new SharedArrayBuffer(byteLength);
}

/** The array where all threads of the executor see it: a message would copy it for each of them. */
export function inReach<A extends Int32Array | Float32Array | Float64Array>(
  array: A,
  { isThreaded }: Pick<Executor, "isThreaded">,
): A {
  if (!isThreaded || array.buffer instanceof SharedArrayBuffer) return array;
  const copy = new (array.constructor as new (buffer: ArrayBufferLike) => A)(
    new SharedArrayBuffer(array.byteLength),
  );
  copy.set(array);
  return copy;
}

export function graphInReach(
  { spotCount, indptr, indices }: NeighborGraph,
  executor: Pick<Executor, "isThreaded">,
): NeighborGraph {
  return { spotCount, indptr: inReach(indptr, executor), indices: inReach(indices, executor) };
}

/** An array for per-spot numbers in the given precision, in memory of the allocator. */
export function statArray(precision: "float64" | "float32", length: number, allocate: Allocate): StatArray {
  return precision === "float32"
    ? new Float32Array(allocate(4 * length))
    : new Float64Array(allocate(8 * length));
}
