import type { Executor } from "@flashdeconv/core";

/** Makes memory that all threads of the executor see; ordinary memory where there is but one. */
export function allocator({
  concurrency,
}: Pick<Executor, "concurrency">): (byteLength: number) => ArrayBufferLike {
  if (concurrency === 1) return (byteLength) => new ArrayBuffer(byteLength);
  return (byteLength) => new SharedArrayBuffer(byteLength);
}
