import { FormatError } from "@flashdeconv/core";
import { MOST_BYTES } from "@flashdeconv/stores/internal";
import { BoolArray } from "zarrita";
import { requireRoom, STRING_BYTES } from "../bounds.js";
import { unpackStrings } from "../codecs/vlen-utf8.js";
import type { UnsValue } from "../write/contents.js";
import { copyNumbers } from "./copy-numbers.js";
import { encodingOf } from "./encoding-of.js";
import { type Hierarchy, join, type ZarrNode } from "./hierarchy.js";
import { readNumbers } from "./open-vector.js";
import { isStoredGrid, openByteGrid } from "./read-byte-grid.js";
import { readDenseMatrix } from "./read-row-band.js";
import { packPiece, readStrings } from "./read-strings.js";
import { openArray } from "./zarr-array.js";

/** How deep dicts may lie in each other, and how many elements there may be: links of a file could go in a circle. */
const MOST_DEPTH = 16;
const MOST_ELEMENTS = 2 ** 17;
/** Bytes that an element takes beside its items. */
const ELEMENT_BYTES = 256;

/** What has been read of a store, of which not more is held than there is memory for. */
export interface ElementReading {
  readonly hierarchy: Hierarchy;
  readonly signal?: AbortSignal;
  elementCount: number;
  bytes: number;
}

/** Counts an element that is going to be held. Throws FormatError where all of them take more memory than there is. */
export function countElement(reading: ElementReading, path: string, bytes: number): void {
  const { mostBytes = MOST_BYTES } = reading.hierarchy.store;
  reading.elementCount++;
  reading.bytes += ELEMENT_BYTES + bytes;
  requireRoom(path, reading.bytes, mostBytes, "this and what was read before it");
  if (reading.elementCount > MOST_ELEMENTS) throw tooMany(path, `more than ${MOST_ELEMENTS} elements`);
}

/** Reads an element of `uns` and what it holds, in the types that are written. Throws FormatError for any other, with its path. */
export async function readUns(reading: ElementReading, path: string, depth = 0): Promise<UnsValue> {
  const { hierarchy } = reading;
  const node = await hierarchy.node(path);
  if (node === undefined) throw notReadable(path, "nothing");
  if (node.kind === "array") return readItems(reading, node);
  encodingOf(node, ["dict"]);
  countElement(reading, path, 0);
  if (depth === MOST_DEPTH) throw tooMany(path, `dicts in each other, ${MOST_DEPTH} deep`);
  const names = await hierarchy.children(path);
  if (names === undefined) throw notReadable(path, "a dict in a store that cannot be listed");
  const entries: [string, UnsValue][] = [];
  for (const name of names) {
    if ((await hierarchy.node(join(path, name))) === undefined) continue;
    entries.push([name, await readUns(reading, join(path, name), depth + 1)]);
  }
  return Object.fromEntries(entries);
}

type ArrayNode = ZarrNode & { kind: "array" };

async function readItems(reading: ElementReading, node: ArrayNode): Promise<UnsValue> {
  const { shape, dataType } = node.metadata;
  const { name, kind } = dataType;
  if (isStoredGrid(node)) {
    countElement(reading, node.path, 0);
    return openByteGrid(reading.hierarchy, node);
  }
  const itemCount = shape.reduce((product, length) => product * length, 1);
  countElement(reading, node.path, itemCount * (kind === "string" ? STRING_BYTES : 8));
  if (shape.length === 0) return readScalar(reading, node);
  encodingOf(node, ["array", "string-array"]);
  const array = openArray(reading.hierarchy, node);
  if (shape.length === 1 && kind === "string") return readStrings(array, reading.signal);
  if (shape.length === 1 && (name === "float64" || name === "float32" || name === "int32")) {
    const numbers = await readNumbers(array, "fill", reading.signal);
    if (name === "float64") return numbers;
    return name === "float32" ? Float32Array.from(numbers) : Int32Array.from(numbers);
  }
  if (shape.length === 2 && name === "float64" && itemCount > 0) {
    const values = await readDenseMatrix(array, "fill", reading.signal);
    const [rowCount, width] = shape;
    return Array.from({ length: rowCount }, (_, row) => values.subarray(row * width, (row + 1) * width));
  }
  throw notReadable(node.path, `an array of ${name} with shape ${shape.join(" x ")}`);
}

async function readScalar({ hierarchy, signal }: ElementReading, node: ArrayNode): Promise<UnsValue> {
  encodingOf(node, ["string", "numeric-scalar"]);
  const array = openArray(hierarchy, node);
  const { dataType, fillValue = 0 } = node.metadata;
  const data = (await array.readChunk([], "fill", signal))?.data;
  if (dataType.kind === "string") {
    return data === undefined ? "" : unpackStrings(packPiece(array, data, 0, 1))[0];
  }
  if (dataType.kind === "boolean") {
    return data instanceof BoolArray ? data.get(0) : fillValue !== 0;
  }
  if (dataType.kind === "integer") {
    const [item] =
      data === undefined
        ? [fillValue]
        : (data as unknown as ArrayLike<number | bigint> & Iterable<number | bigint>);
    return BigInt(item);
  }
  const value = new Float64Array(1);
  copyNumbers(array, { data, from: 0, to: 1, at: 0 }, value);
  return value[0];
}

function notReadable(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "a dict, texts, numbers or a single one of them, as flashdeconv writes them",
    remedy: "Something else has changed the result: write it again.",
  });
}

function tooMany(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "what a result holds",
    remedy: "The store is damaged: write it again.",
  });
}
