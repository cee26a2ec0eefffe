import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { CodecMetadata } from "zarrita";
import type { ArrayMetadata, ShardMetadata } from "./array-metadata.js";
import {
  broken,
  isCompressor,
  parseChunkShape,
  parseFillValue,
  parseSeparator,
  parseShape,
  registered,
  unsupportedDataType,
} from "./array-parts.js";
import { parseV3DataType } from "./data-type.js";
import { isJsonObject, type JsonObject } from "./parse-json-object.js";

/** Of `zarr.json`. */
export function parseV3(document: JsonObject, path: string): ArrayMetadata {
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

function parseInnerShape(value: unknown, outer: readonly number[], path: string): number[] {
  const inner = parseShape(value, path);
  if (inner.length !== outer.length || inner.some((length, axis) => length === 0 || outer[axis] % length)) {
    throw broken(`inner chunks of ${inner.join(" x ")}`, `a divisor of the shard ${outer.join(" x ")}`, path);
  }
  return inner;
}
