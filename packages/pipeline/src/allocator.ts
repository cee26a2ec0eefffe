import type { Executor } from "@flashdeconv/core";
import type { StatArray } from "@flashdeconv/solver";

/** Makes memory that all threads of the executor see; ordinary memory where there is but one. */
export function allocator({
  concurrency,
}: Pick<Executor, "concurrency">): (byteLength: number) => ArrayBufferLike {
  if (concurrency === 1) return (byteLength) => new ArrayBuffer(byteLength);
  return (byteLength) => new SharedArrayBuffer(byteLength);
}

/** An array for per-spot numbers in the given precision, in memory of the allocator. */
export function statArray(
  precision: "float64" | "float32",
  length: number,
  allocate: (byteLength: number) => ArrayBufferLike,
): StatArray {
  return precision === "float32"
    ? new Float32Array(allocate(4 * length))
    : new Float64Array(allocate(8 * length));
}
