import { FormatError } from "@flashdeconv/core";
import type { ArrayMetadata } from "./array-metadata.js";
import { parseV2 } from "./parse-array-v2.js";
import { parseV3 } from "./parse-array-v3.js";
import type { JsonObject } from "./parse-json-object.js";

/** A chunk larger than this cannot be decoded in one piece (and a declared shape is not yet evidence of data). */
const MAX_CHUNK_BYTES = 2 ** 32;

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
