import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { requireRoom } from "../bounds.js";
import { copyNumbers } from "./copy-numbers.js";
import type { DataType } from "./data-type.js";
import type { Hierarchy } from "./hierarchy.js";
import { vectorCursor } from "./vector-cursor.js";
import { type MissingChunk, openArray, type ZarrArray } from "./zarr-array.js";

/** Opens a one-dimensional array whose items are of one of the given kinds, and of `length` items where that is known. */
export async function openVector(
  hierarchy: Hierarchy,
  path: string,
  kinds: readonly DataType["kind"][],
  length?: number,
): Promise<ZarrArray> {
  const node = await hierarchy.node(path);
  const found =
    node?.kind !== "array"
      ? node === undefined
        ? "nothing"
        : "a group"
      : describeMismatch(node.metadata.shape, node.metadata.dataType, kinds, length);
  if (found !== undefined || node?.kind !== "array") {
    const items = length === undefined ? "" : ` with ${numbered(length, "item")}`;
    throw new FormatError({
      path,
      found: found ?? "nothing",
      expected: `a one-dimensional array of ${kinds.join(" or ")}${items}`,
      remedy: "The store is damaged or incomplete, or of another layout: write it again with anndata.",
    });
  }
  return openArray(hierarchy, node);
}

function describeMismatch(
  shape: readonly number[],
  dataType: DataType,
  kinds: readonly DataType["kind"][],
  length: number | undefined,
): string | undefined {
  if (shape.length === 1 && kinds.includes(dataType.kind) && (length === undefined || shape[0] === length)) {
    return undefined;
  }
  return `an array of ${dataType.name} with shape ${shape.join(" x ") || "()"}`;
}

/** Items that may be allocated on the word of the metadata alone (128 MiB of doubles). */
const TRUSTED_LENGTH = 2 ** 24;

/** All items of a one-dimensional array of numbers or booleans, as doubles. */
export async function readNumbers(
  array: ZarrArray,
  missing: MissingChunk,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const length = array.metadata.shape[0];
  requireItemRoom(array, Float64Array.BYTES_PER_ELEMENT);
  await requireBacked(array, missing, signal);
  const values = new Float64Array(length);
  await vectorCursor(array, missing, signal).read(0, length, (piece) => copyNumbers(array, piece, values));
  return values;
}

/** Throws FormatError where an array of so many bytes an item, held whole, would take more memory than there is. */
export function requireItemRoom({ path, metadata, mostBytes }: ZarrArray, itemBytes: number): void {
  const itemCount = metadata.shape.reduce((product, length) => product * length, 1);
  requireRoom(path, itemBytes * itemCount, mostBytes, `an array of ${metadata.shape.join(" x ")} items`);
}

/** A great length that nothing backs must not be allocated: sees that the last chunk is there. */
export async function requireBacked(
  array: ZarrArray,
  missing: MissingChunk,
  signal?: AbortSignal,
): Promise<void> {
  const { shape, chunkShape } = array.metadata;
  if (shape[0] > TRUSTED_LENGTH) {
    await array.readChunk([Math.floor((shape[0] - 1) / chunkShape[0])], missing, signal);
  }
}
