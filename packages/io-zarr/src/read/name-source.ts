import { type NameChunk, OptionError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { MOST_BYTES } from "@flashdeconv/stores/internal";
import { requireRoom, STRING_BYTES } from "../bounds.js";
import { type PackedStrings, packStrings, slicePacked, unpackStrings } from "../codecs/vlen-utf8.js";
import { type ColumnValues, readColumnOf } from "./column-values.js";
import type { Hierarchy } from "./hierarchy.js";
import { join } from "./hierarchy.js";
import { openDataframe } from "./open-dataframe.js";
import { openVector } from "./open-vector.js";
import { packedCursor } from "./read-strings.js";
import type { ZarrArray } from "./zarr-array.js";

/** The row names of a dataframe, read when asked for. */
export interface NameSource {
  readonly path: string;
  readonly count: number;
  /** Memory that reading them may take. */
  readonly mostBytes: number;
  /** The names as bytes, in order, from the start. */
  chunks(signal?: AbortSignal): AsyncIterable<NameChunk>;
  /** One name; reads the stored chunk it lies in. */
  at(index: number, signal?: AbortSignal): Promise<string>;
}

/** Names per chunk handed out: a few MB of barcodes. */
const NAMES_PER_CHUNK = 65_536;

type StringReader = (start: number, end: number) => Promise<PackedStrings>;

/** Opens the index of the dataframe at `path`: strings of any kind, categories or numbers (written out as text). */
export async function openNames(
  hierarchy: Hierarchy,
  path: string,
  signal?: AbortSignal,
): Promise<NameSource> {
  const { indexName } = await openDataframe(hierarchy, path);
  const indexPath = join(path, indexName);
  const node = await hierarchy.node(indexPath);
  const isNullable = node?.kind === "group" && node.attributes["encoding-type"] === "nullable-string-array";
  const isText = node?.kind === "array" && node.metadata.dataType.kind === "string";

  if (isText || isNullable) {
    // A row name that is marked missing keeps the text stored for it.
    const array = await openVector(hierarchy, isText ? indexPath : join(indexPath, "values"), ["string"]);
    return source({ ...placeOf(array), path: indexPath }, (passSignal) => packedCursor(array, passSignal));
  }
  const column = await readColumnOf(hierarchy, path, indexName, signal);
  const packed = packStrings(columnTexts(column));
  return nameList(indexPath, packed, hierarchy.store.mostBytes);
}

/** Names that are in memory already. */
export function nameList(path: string, packed: PackedStrings, mostBytes = MOST_BYTES): NameSource {
  const place = { path, count: packed.length, mostBytes };
  return source(place, () => async (start, end) => slicePacked(packed, start, end));
}

/** All names as strings: for genes and cells, not for a million spots. */
export async function readNames(names: NameSource, signal?: AbortSignal): Promise<string[]> {
  requireRoom(names.path, STRING_BYTES * names.count, names.mostBytes, `${numbered(names.count, "name")}`);
  const texts: string[] = [];
  for await (const { offsets, bytes, count } of names.chunks(signal)) {
    for (const text of unpackStrings({ length: count, offsets, bytes })) texts.push(text);
  }
  return texts;
}

/** Every value of a column as text; "" where missing. */
export function columnTexts(column: ColumnValues): string[] {
  switch (column.kind) {
    case "categorical":
      return Array.from(column.codes, (code) => (code < 0 ? "" : column.categories[code]));
    case "string":
      return column.values.map((text) => text ?? "");
    case "number":
      return Array.from(column.values, (value) => (Number.isNaN(value) ? "" : String(value)));
    case "boolean":
      return Array.from(column.values, (value) => (value < 0 ? "" : value === 1 ? "True" : "False"));
  }
}

/** The strings of a one-dimensional array, in order, as bytes. */
export function stringChunks(array: ZarrArray, signal?: AbortSignal): AsyncIterable<NameChunk> {
  const open = (passSignal?: AbortSignal) => packedCursor(array, passSignal);
  return source(placeOf(array), open).chunks(signal);
}

type Place = Pick<NameSource, "path" | "count" | "mostBytes">;

function placeOf({ path, metadata, mostBytes }: ZarrArray): Place {
  return { path, count: metadata.shape[0], mostBytes };
}

function source(place: Place, openReader: (signal?: AbortSignal) => StringReader): NameSource {
  const { count } = place;
  return {
    ...place,
    async *chunks(signal) {
      const read = openReader(signal);
      for (let start = 0; start < count; start += NAMES_PER_CHUNK) {
        signal?.throwIfAborted();
        const { length, offsets, bytes } = await read(start, Math.min(start + NAMES_PER_CHUNK, count));
        signal?.throwIfAborted();
        yield { start, count: length, offsets, bytes };
      }
    },
    async at(index, signal) {
      if (!Number.isInteger(index) || index < 0 || index >= count) {
        const rule = `a whole number of 0 to ${count - 1}`;
        throw new OptionError({ option: "index", value: index, rule, isRequired: true });
      }
      return unpackStrings(await openReader(signal)(index, index + 1))[0];
    },
  };
}
