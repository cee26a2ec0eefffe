import type { CodecMetadata } from "zarrita";
import type { ArrayMetadata } from "./array-metadata.js";
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
import { parseV2DataType } from "./data-type.js";
import { isJsonObject, type JsonObject } from "./parse-json-object.js";

/** Of `.zarray`. */
export function parseV2(document: JsonObject, path: string): ArrayMetadata {
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
