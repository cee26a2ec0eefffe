import { numbered } from "@flashdeconv/core/internal";
import { filterNames } from "../filters/decode-chunk.js";
import { countOf } from "../objects/dataspace.js";
import type { DatasetFacts } from "../tree/dataset.js";
import type { Hdf5File } from "../tree/hdf5-file.js";
import { packFixedTexts, packTexts, readTexts } from "../values/text-items.js";
import { integerOf } from "../values/types.js";
import type { ItemView } from "./item-view.js";
import type { RawChunks } from "./raw-chunks.js";

/** A dataset, or a member of its records, as a Zarr array. */
export interface ServedArray {
  /** What `.zarray` says. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Bytes of the chunk of a key such as `0.3`; undefined where there is none. */
  chunk(key: string, request: ChunkRequest): Promise<Uint8Array | undefined>;
}

export interface ChunkRequest {
  /** Most bytes that the chunk may have. */
  readonly most: number;
  readonly signal?: AbortSignal;
}

/** What a served array is made of. */
export interface ServedParts {
  readonly file: Hdf5File;
  readonly path: string;
  readonly facts: DatasetFacts;
  readonly raw: RawChunks;
  readonly view: ItemView;
}

export function servedArray({ file, path, facts, raw, view }: ServedParts): ServedArray {
  const { inner, dtype } = view;
  const shape = [...raw.shape, ...inner];
  const chunks = [...raw.chunkShape, ...inner];
  const isText = dtype === "|O";
  const document = {
    zarr_format: 2,
    shape,
    chunks: chunks.map((length) => Math.max(1, length)),
    dtype,
    compressor: null,
    filters: isText ? [{ id: "vlen-utf8" }] : null,
    fill_value: isText ? "" : fillValue(facts, view),
    order: "C",
    // How the file has them: what is handed out is unpacked already, and nobody else's.
    flashdeconv_stored: { codecs: filterNames(path, facts.filters) },
  };
  return {
    document,
    async chunk(key, { most, signal }) {
      const places = placesOf(key, shape.length);
      if (!places || places.slice(raw.shape.length).some((place) => place > 0)) return undefined;
      const count = countOf(raw.chunkShape);
      if (count * facts.type.size > Math.max(most, 2 ** 24)) {
        throw new Error(
          `chunks of ${numbered(count, "item")} of ${numbered(facts.type.size, "byte")}, more than ${most}`,
        );
      }
      const data = await raw.read(places.slice(0, raw.shape.length), signal);
      if (!data) return undefined;
      if (isText) return texts(file, view, { data, itemBytes: facts.type.size, count, most }, signal);
      return memberItems(data, facts.type.size, view, count);
    },
  };
}

/** The numbers of a chunk's key, of an array of so many dimensions; undefined for what is no such key. */
function placesOf(key: string, rank: number): number[] | undefined {
  if (rank === 0) return key === "0" ? [] : undefined;
  const places = key.split(".").map(Number);
  return places.length === rank && places.every((place) => Number.isSafeInteger(place) && place >= 0)
    ? places
    : undefined;
}

function memberItems(
  data: Uint8Array,
  itemBytes: number,
  { offset, type, inner }: ItemView,
  count: number,
): Uint8Array {
  const size = inner.reduce((product, length) => product * length, type.size);
  if (size === itemBytes) return data;
  const out = new Uint8Array(count * size);
  for (let byte = 0; byte < size; byte++) {
    for (let from = offset + byte, to = byte; to < out.length; from += itemBytes, to += size)
      out[to] = data[from];
  }
  return out;
}

interface TextChunk {
  readonly data: Uint8Array;
  readonly itemBytes: number;
  readonly count: number;
  readonly most: number;
}

async function texts(
  file: Hdf5File,
  { offset, type, inner }: ItemView,
  { data, itemBytes, count, most }: TextChunk,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const perItem = countOf(inner);
  // Texts in arrays lie one after the other; those of a record are as far apart as the records.
  const strided =
    perItem === 1
      ? { data: data.subarray(offset), itemBytes }
      : {
          data: memberItems(data, itemBytes, { offset, type, inner, dtype: "|O" }, count),
          itemBytes: type.size,
        };
  const request = { ...strided, count: count * perItem, most };
  if (type.kind === "string") {
    return packFixedTexts(request.data, { ...type, itemBytes: request.itemBytes }, request.count);
  }
  if (type.kind === "text") return readTexts(file.bytes, request, signal);
  const encoder = new TextEncoder();
  const paths: Uint8Array[] = [];
  for (let at = 0; at + type.size <= request.data.length; at += request.itemBytes) {
    const address = integerOf(request.data.subarray(at, at + type.size), false, false);
    paths.push(encoder.encode(address === 0 ? "" : ((await file.pathOf(address)) ?? "")));
  }
  const total = paths.reduce((sum, { length }) => sum + length, 0);
  return packTexts(paths, request.count, total);
}

/** The fill value as Zarr writes it. */
function fillValue({ fill, type: whole }: DatasetFacts, { offset, type, inner, dtype }: ItemView): unknown {
  const zero = dtype === "|b1" ? false : 0;
  if (!fill || fill.length !== whole.size || inner.length > 0) return zero;
  const bytes = fill.subarray(offset, offset + type.size);
  if (type.kind === "float") return floatText(bytes, type.bigEndian);
  const base = type.kind === "enum" ? type.base : type;
  if (base.kind !== "integer" && base.kind !== "bitfield") return zero;
  const value = integerOf(bytes, base.bigEndian, base.kind === "integer" && base.isSigned);
  return dtype === "|b1" ? value !== 0 : value;
}

function floatText(bytes: Uint8Array, bigEndian: boolean): number | string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length === 2) return 0;
  const value = bytes.length === 4 ? view.getFloat32(0, !bigEndian) : view.getFloat64(0, !bigEndian);
  return Number.isFinite(value) ? value : String(value);
}
