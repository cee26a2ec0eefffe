import { numbered } from "@flashdeconv/core/internal";
import type { Dataspace } from "../objects/dataspace.js";
import type { ChunkedLayout } from "../objects/layout.js";

/** How a dataset is cut into chunks, which are numbered row by row. */
export interface Grid {
  readonly chunkShape: readonly number[];
  /** Chunks along each axis. */
  readonly counts: readonly number[];
  /** The same once the dataset has grown as far as it may; Infinity without a limit. Some indexes count so. */
  readonly mostCounts: readonly number[];
  readonly chunkCount: number;
  /** Bytes of a chunk once it is unpacked. */
  readonly chunkBytes: number;
}

/** A number of bytes that can be held and counted at all. */
const MOST_CHUNK_BYTES = 2 ** 32;

export function gridOf(shape: readonly number[], { mostShape }: Dataspace, layout: ChunkedLayout): Grid {
  const { chunkShape, itemBytes } = layout;
  if (chunkShape.length !== shape.length) {
    throw new Error(`chunks of ${numbered(chunkShape.length, "dimension")} in a dataset of ${shape.length}`);
  }
  const countsOf = (lengths: readonly number[]) =>
    chunkShape.map((length, axis) => Math.ceil(lengths[axis] / length));
  const counts = countsOf(shape);
  const chunkCount = counts.reduce((product, count) => product * count, 1);
  const chunkBytes = chunkShape.reduce((product, length) => product * length, itemBytes);
  if (!Number.isSafeInteger(chunkCount)) throw new Error(numbered(chunkCount, "chunk"));
  if (chunkBytes > MOST_CHUNK_BYTES) throw new Error(`chunks of ${numbered(chunkBytes, "byte")}`);
  return { chunkShape, counts, mostCounts: countsOf(mostShape), chunkCount, chunkBytes };
}

/** The number of the chunk at these places along the axes; -1 where there is none. */
export function numberAt(counts: readonly number[], places: readonly number[]): number {
  let number = 0;
  for (let axis = 0; axis < counts.length; axis++) {
    if (places[axis] >= counts[axis]) return -1;
    number = number * counts[axis] + places[axis];
  }
  return number;
}
