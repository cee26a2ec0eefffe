import type { Executor, NeighborGraph } from "@flashdeconv/core";
import { chooseKernel, createArena, type KernelChoice, type SharedArena } from "@flashdeconv/kernels";
import { type Allocate, allocateHere, type StatArray } from "@flashdeconv/solver";

/** Where the arrays of a solve are to lie. */
export interface Reach extends Pick<Executor, "isThreaded"> {
  /** The memory that kernels work on; none for TypeScript. */
  readonly arena?: SharedArena;
}

/** Memory that kernels work on, where they are wanted and the runtime has it. */
export function startArena(kernels: KernelChoice): SharedArena | undefined {
  return chooseKernel(kernels, createArena);
}

/**
 * Makes arrays in the arena, or, without one or beyond its end, in memory that all threads of the executor see; in ordinary memory
 * where there is but the calling one.
 */
export function allocator({ isThreaded, arena }: Reach): Allocate {
  const apart: Allocate = isThreaded
    ? (Type, length) => new Type(new SharedArrayBuffer(Type.BYTES_PER_ELEMENT * length), 0, length)
    : allocateHere;
  return arena ? (Type, length) => arena.allocate(Type, length) ?? apart(Type, length) : apart;
}

/** The array where all threads of the executor see it (a message would copy it for each of them), and kernels too. */
export function inReach<A extends Int32Array | Float32Array | Float64Array>(array: A, reach: Reach): A {
  const { isThreaded, arena } = reach;
  const isInArena = arena?.addressOf(array) !== undefined;
  const isSeen = !isThreaded || array.buffer instanceof SharedArrayBuffer;
  if (isInArena || (!arena && isSeen)) return array;
  const copy = allocator(reach)(array.constructor as Parameters<Allocate>[0], array.length) as A;
  copy.set(array);
  return copy;
}

export function graphInReach({ spotCount, indptr, indices }: NeighborGraph, reach: Reach): NeighborGraph {
  return { spotCount, indptr: inReach(indptr, reach), indices: inReach(indices, reach) };
}

/** An array for per-spot numbers in the given precision. */
export function statArray(
  precision: "float64" | "float32",
  length: number,
  allocate: Allocate = allocateHere,
): StatArray {
  return precision === "float32" ? allocate(Float32Array, length) : allocate(Float64Array, length);
}
