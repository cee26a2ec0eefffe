import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { CodecMetadata, DataType as ZarritaDataType } from "zarrita";
import { registeredCodecName, supportedCodecNames } from "../codecs/codec-registry.js";
import { type DataType, parseV2DataType, parseV3DataType, SUPPORTED_DATA_TYPES } from "./data-type.js";
import { isJsonObject, type JsonObject } from "./parse-json-object.js";

/** What the metadata of an array says, checked, the same for Zarr v2 and v3. */
export interface ArrayMetadata {
  readonly shape: readonly number[];
  /** Shape of what is decoded at once: a chunk, or an inner chunk of a shard. */
  readonly chunkShape: readonly number[];
  readonly dataType: DataType;
  /** What stands for items that were never written; undefined where the metadata declares nothing. */
  readonly fillValue: number | undefined;
  /** Codec names as the store spells them, for display. */
  readonly codecNames: readonly string[];
  /** Whether chunks are compressed, so that decoding one makes an array that nothing else refers to. */
  readonly isCompressed: boolean;
  /** Present where chunks lie in shards, several in one stored object. */
  readonly shards?: ShardMetadata;
  /** How a chunk is decoded, in the form zarrita's Array takes, with codec names as they are registered. */
  readonly zarrita: ZarritaMetadata;
}

export interface ShardMetadata {
  /** Items of a shard; a multiple of `chunkShape`. */
  readonly shape: readonly number[];
  /** Codecs of the index, as they are registered. */
  readonly indexCodecs: CodecMetadata[];
  /** Bytes of the encoded index: an offset and a length for each chunk, and a checksum where one is kept. */
  readonly indexBytes: number;
  readonly indexLocation: "start" | "end";
}

export interface ZarritaMetadata {
  readonly dataType: ZarritaDataType;
  readonly chunkShape: number[];
  readonly keyEncoding: { name: "v2" | "default"; configuration: { separator: "." | "/" } };
  readonly codecs: CodecMetadata[];
}

/** A chunk larger than this cannot be decoded in one piece (and a declared shape is not yet evidence of data). */
const MAX_CHUNK_BYTES = 2 ** 32;

const DAMAGED = "The array's metadata is damaged or of an unknown kind: write the store again with anndata.";

/** Reads the metadata document of an array (`.zarray` or `zarr.json`). Throws FormatError naming `path`. */
export function parseArrayMetadata(document: JsonObject, zarrFormat: 2 | 3, path: string): ArrayMetadata {
  const metadata = zarrFormat === 2 ? parseV2(document, path) : parseV3(document, path);
  const itemCount = metadata.chunkShape.reduce((product, length) => product * length, 1);
  if (itemCount * metadata.dataType.byteSize > MAX_CHUNK_BYTES) {
    throw new FormatError({
      path,
      found: `chunks of ${metadata.chunkShape.join(" x ")} items`,
      expected: `at most ${MAX_CHUNK_BYTES} bytes a chunk`,
      remedy: "Write the store again with smaller chunks.",
    });
  }
  return metadata;
}

function parseV2(document: JsonObject, path: string): ArrayMetadata {
  const shape = parseShape(document.shape, path);
  const chunkShape = parseChunkShape(document.chunks, shape, path);
  const filters = Array.isArray(document.filters) ? document.filters : [];
  const dataType = parseV2DataType(document.dtype, filters);
  if (!dataType) throw unsupportedDataType(document.dtype, path);

  const codecs: CodecMetadata[] = [];
  const codecNames: string[] = [];
  const { order = "C" } = document;
  if (order !== "C" && order !== "F") throw broken(`the order ${JSON.stringify(order)}`, "C or F", path);
  if (order === "F") codecs.push({ name: "transpose", configuration: { order: "F" } });
  const add = (codec: unknown) => {
    if (!isJsonObject(codec) || typeof codec.id !== "string")
      throw broken("a codec without an id", "one", path);
    const { id, ...configuration } = codec;
    codecNames.push(codec.id);
    codecs.push({ name: registered(codec.id, 2, path), configuration });
  };
  for (const filter of filters) add(filter);
  if (dataType.bigEndian) codecs.push({ name: "bytes", configuration: { endian: "big" } });
  if (document.compressor !== null && document.compressor !== undefined) add(document.compressor);
  const separator = parseSeparator(document.dimension_separator, ".", path);
  const stored = storedCodecs(document);
  return {
    shape,
    chunkShape,
    dataType,
    fillValue: parseFillValue(document.fill_value),
    codecNames: stored ? [...stored, ...codecNames] : codecNames,
    isCompressed: stored !== undefined || codecNames.some(isCompressor),
    zarrita: {
      dataType: dataType.zarrita,
      chunkShape,
      keyEncoding: { name: "v2", configuration: { separator } },
      codecs,
    },
  };
}

/**
 * What a store that unpacks chunks itself, each into bytes that nothing else refers to, says of how they are stored; undefined where the
 * store is a usual one.
 */
function storedCodecs({ flashdeconv_stored: stored }: JsonObject): readonly string[] | undefined {
  if (!isJsonObject(stored) || !Array.isArray(stored.codecs)) return undefined;
  return stored.codecs.map(String);
}

/** Another separator would point to chunks that are not there, and so to the fill value. */
function parseSeparator(given: unknown, usual: "." | "/", path: string): "." | "/" {
  if (given === undefined || given === null) return usual;
  if (given === "." || given === "/") return given;
  throw broken(`the separator ${JSON.stringify(given)}`, '"." or "/"', path);
}

function parseV3(document: JsonObject, path: string): ArrayMetadata {
  const shape = parseShape(document.shape, path);
  const grid = document.chunk_grid;
  if (!isJsonObject(grid) || grid.name !== "regular" || !isJsonObject(grid.configuration)) {
    throw broken(`the chunk grid ${JSON.stringify(grid)}`, "a regular one", path);
  }
  const outerShape = parseChunkShape(grid.configuration.chunk_shape, shape, path);
  const dataType = parseV3DataType(document.data_type);
  if (!dataType) throw unsupportedDataType(document.data_type, path);

  const codecNames: string[] = [];
  const codecs = parseCodecs(document.codecs, codecNames, path);
  const sharding = codecs.find((codec) => codec.name === SHARDING);
  if (sharding && codecs.length > 1) throw notPlainShards(codecNames, path);
  const chunkShape = sharding
    ? parseInnerShape(sharding.configuration.chunk_shape, outerShape, path)
    : outerShape;
  const chunkCodecs = (sharding?.configuration.codecs as CodecMetadata[] | undefined) ?? codecs;
  if (sharding && chunkCodecs.some(({ name }) => name === SHARDING)) throw notPlainShards(codecNames, path);
  const encoding = isJsonObject(document.chunk_key_encoding)
    ? document.chunk_key_encoding
    : { name: "default" };
  const keyName = encoding.name === "v2" || encoding.name === "default" ? encoding.name : undefined;
  if (!keyName)
    throw broken(`the chunk key encoding ${JSON.stringify(encoding.name)}`, "default or v2", path);
  const given = isJsonObject(encoding.configuration) ? encoding.configuration.separator : undefined;
  const separator = parseSeparator(given, keyName === "v2" ? "." : "/", path);
  return {
    shape,
    chunkShape,
    dataType,
    fillValue: parseFillValue(document.fill_value),
    codecNames,
    isCompressed: codecNames.some(isCompressor),
    ...(sharding && { shards: parseShards(sharding.configuration, outerShape, chunkShape, path) }),
    zarrita: {
      dataType: dataType.zarrita,
      chunkShape: [...chunkShape],
      keyEncoding: { name: keyName, configuration: { separator } },
      codecs: chunkCodecs,
    },
  };
}

function parseCodecs(value: unknown, names: string[], path: string): CodecMetadata[] {
  if (!Array.isArray(value)) throw broken(`the codecs ${JSON.stringify(value)}`, "a list of codecs", path);
  return value.map((codec: unknown) => {
    const name = isJsonObject(codec) ? codec.name : codec;
    if (typeof name !== "string") throw broken("a codec without a name", "one", path);
    names.push(name);
    const given = isJsonObject(codec) && isJsonObject(codec.configuration) ? codec.configuration : {};
    if (name !== SHARDING) return { name: registered(name, 3, path), configuration: { ...given } };
    const inner = {
      codecs: parseCodecs(given.codecs, names, path),
      index_codecs: parseCodecs(given.index_codecs, [], path),
    };
    return { name, configuration: { ...given, ...inner } };
  });
}

/** An index larger than this is not an index of chunks of a useful size. */
const MAX_INDEX_BYTES = 2 ** 26;

function parseShards(
  { index_codecs, index_location = "end" }: Record<string, unknown>,
  shape: readonly number[],
  chunkShape: readonly number[],
  path: string,
): ShardMetadata {
  const indexCodecs = index_codecs as CodecMetadata[];
  const chunkCount = shape.reduce((product, length, axis) => product * (length / chunkShape[axis]), 1);
  // Registered under a name of our own.
  const checksums = indexCodecs.filter(({ name }) => name.endsWith("crc32c")).length;
  if (indexCodecs.length - checksums !== 1 || indexCodecs[0].name !== "bytes") {
    throw broken(
      `the index codecs ${JSON.stringify(indexCodecs.map(({ name }) => name))}`,
      "bytes, crc32c",
      path,
    );
  }
  if (index_location !== "start" && index_location !== "end") {
    throw broken(`the index location ${JSON.stringify(index_location)}`, "start or end", path);
  }
  const indexBytes = 16 * chunkCount + 4 * checksums;
  if (indexBytes > MAX_INDEX_BYTES) {
    throw broken(
      `shards of ${numbered(chunkCount, "chunk")}`,
      `an index of at most ${MAX_INDEX_BYTES} bytes`,
      path,
    );
  }
  return { shape, indexCodecs, indexBytes, indexLocation: index_location };
}

function notPlainShards(names: readonly string[], path: string): FormatError {
  return new FormatError({
    path,
    found: `the codecs ${names.join(", ")}`,
    expected: "shards of plain chunks: sharding_indexed alone, and not within itself",
    remedy: "Write the store again with one level of shards and nothing around it.",
  });
}

const SHARDING = "sharding_indexed";

const COMPRESSORS: readonly string[] = ["blosc", "gzip", "lz4", "zlib", "zstd"];

function isCompressor(name: string): boolean {
  return COMPRESSORS.includes(name.replace("numcodecs.", ""));
}

function parseShape(value: unknown, path: string): number[] {
  if (!Array.isArray(value) || !value.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw broken(`the shape ${JSON.stringify(value)}`, "a list of whole numbers", path);
  }
  return value;
}

function parseChunkShape(value: unknown, shape: readonly number[], path: string): number[] {
  const lengths = parseShape(value, path);
  // Some writers give an empty dimension chunks of length 0.
  const chunkShape = lengths.map((length, axis) => (length === 0 && shape[axis] === 0 ? 1 : length));
  if (chunkShape.length !== shape.length || chunkShape.includes(0)) {
    throw broken(
      `chunks of ${lengths.join(" x ")} for the shape ${shape.join(" x ")}`,
      "the same rank",
      path,
    );
  }
  return chunkShape;
}

function parseInnerShape(value: unknown, outer: readonly number[], path: string): number[] {
  const inner = parseShape(value, path);
  if (inner.length !== outer.length || inner.some((length, axis) => length === 0 || outer[axis] % length)) {
    throw broken(`inner chunks of ${inner.join(" x ")}`, `a divisor of the shard ${outer.join(" x ")}`, path);
  }
  return inner;
}

/** Numbers and what stands for them; anything else (strings, null) has no use here and counts as undeclared. */
function parseFillValue(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return undefined;
}

function registered(name: string, zarrFormat: 2 | 3, path: string): string {
  const found = registeredCodecName(name, zarrFormat);
  if (found !== undefined) return found;
  throw new FormatError({
    path,
    found: `the codec ${JSON.stringify(name)}`,
    expected: `one of ${supportedCodecNames().join(", ")}`,
    remedy: "Write the store again with one of these, for instance with anndata's defaults.",
  });
}

function unsupportedDataType(dataType: unknown, path: string): FormatError {
  return new FormatError({
    path,
    found: `the data type ${JSON.stringify(dataType)}`,
    expected: `one of ${SUPPORTED_DATA_TYPES}`,
    remedy: "Convert the array to one of these and write the store again.",
  });
}

function broken(found: string, expected: string, path: string): FormatError {
  return new FormatError({ path, found, expected, remedy: DAMAGED });
}
