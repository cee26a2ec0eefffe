import type { Executor, NeighborGraph } from "@flashdeconv/core";
import { type Allocate, allocateHere, allocateShared, isShared } from "@flashdeconv/core/internal";
import { chooseKernel, createArena, type KernelChoice, type SharedArena } from "@flashdeconv/kernels";
import type { StatArray } from "@flashdeconv/solver";
import type { RunContext } from "../contracts/run-context.js";

/** Where arrays are to lie. */
export interface Reach {
  /** Whether other threads are to see them too. */
  readonly isShared: boolean;
  /** The memory that kernels work on; none for TypeScript. */
  readonly arena?: SharedArena;
}

/** How much will lie in an arena, roughly. */
export interface ArenaSize {
  readonly spotCount: number;
  readonly typeCount: number;
  readonly neighborCount: number;
  /** Solves whose answers stay; 1 by default. */
  readonly solveCount?: number;
}

/** Memory that kernels work on, where they are wanted and the runtime has it. */
export function startArena(
  kernels: KernelChoice,
  size: ArenaSize,
  executor?: ThreadFacts,
): SharedArena | undefined {
  return chooseKernel(kernels, () =>
    createArena(executor && usesSharing(executor) ? undefined : roomFor(size)),
  );
}

type ThreadFacts = Pick<Executor, "isThreaded" | "sharesMemory">;

/** Whether an executor's tasks see the caller's arrays from other threads. */
export function usesSharing({ isThreaded, sharesMemory }: ThreadFacts): boolean {
  return isThreaded && sharesMemory;
}

/** Where the arrays of a run are to lie: where its threads see them, and kernels unless they are for none. */
export function reachOf(
  { executor, arena }: Pick<RunContext, "executor" | "arena">,
  use?: "no kernel",
): Reach {
  return { isShared: usesSharing(executor), arena: use === "no kernel" ? undefined : arena };
}

const LEAST_ROOM = 2 ** 25;

/** Room for twice what a solve keeps of its spots in double precision; what finds none lies elsewhere and is solved without a kernel. */
function roomFor({ spotCount, typeCount, neighborCount, solveCount = 1 }: ArenaSize): number {
  const perSpot = 8 * (typeCount + 1) * (1 + solveCount) + 4 * (neighborCount + 8);
  return LEAST_ROOM + 2 * spotCount * perSpot;
}

/**
 * Makes arrays in the arena, or, without one or beyond its end, in memory that all threads of the executor see; in ordinary memory
 * where there is but the calling one.
 */
export function allocator({ isShared, arena }: Reach): Allocate {
  const apart = isShared ? allocateShared : allocateHere;
  return arena ? (Type, length) => arena.allocate(Type, length) ?? apart(Type, length) : apart;
}

/** The array where all threads of the executor see it (a message would copy it for each of them), and kernels too. */
export function inReach<A extends Int32Array | Float32Array | Float64Array>(array: A, reach: Reach): A {
  const { arena } = reach;
  const isInArena = arena?.addressOf(array) !== undefined;
  const isSeen = !reach.isShared || isShared(array.buffer);
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
