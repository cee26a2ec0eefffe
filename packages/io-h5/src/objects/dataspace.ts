import { numbered } from "@flashdeconv/core/internal";
import type { Cursor } from "../bytes/cursor.js";

/** How many items there are along each axis. */
export interface Dataspace {
  /** Undefined where there is nothing at all, not even one item. */
  readonly shape: readonly number[] | undefined;
  /** What they may grow to; Infinity without a limit. */
  readonly mostShape: readonly number[];
}

const MOST_RANK = 32;

export function parseDataspace(cursor: Cursor): Dataspace {
  const version = cursor.u8();
  const rank = cursor.u8();
  const flags = cursor.u8();
  if (version !== 1 && version !== 2) throw new Error(`a dataspace of version ${version}`);
  if (rank > MOST_RANK) throw new Error(`${numbered(rank, "dimension")}`);
  const type = version === 2 ? cursor.u8() : 1;
  if (version === 1) cursor.at += 5;
  if (type === 2) return { shape: undefined, mostShape: [] };
  const shape = Array.from({ length: rank }, () => cursor.length());
  const mostShape = flags & 1 ? shape.map(() => mostLength(cursor)) : shape;
  return { shape, mostShape };
}

/** All bits set stand for no limit. */
function mostLength(cursor: Cursor): number {
  const start = cursor.at;
  try {
    return cursor.length();
  } catch (error) {
    if (error instanceof RangeError) throw error;
    cursor.at = start + 8;
    return Number.POSITIVE_INFINITY;
  }
}

export function countOf(shape: readonly number[] | undefined): number {
  if (!shape) return 0;
  const count = shape.reduce((product, length) => product * length, 1);
  if (!Number.isSafeInteger(count)) throw new Error(`${shape.join(" x ")} items`);
  return count;
}
