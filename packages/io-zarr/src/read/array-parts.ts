import { FormatError } from "@flashdeconv/core";
import { registeredCodecName, supportedCodecNames } from "../codecs/codec-registry.js";
import { SUPPORTED_DATA_TYPES } from "./data-type.js";

// What the documents of Zarr v2 and v3 say of an array alike.

const DAMAGED = "The array's metadata is damaged or of an unknown kind: write the store again with anndata.";

/** Another separator would point to chunks that are not there, and so to the fill value. */
export function parseSeparator(given: unknown, usual: "." | "/", path: string): "." | "/" {
  if (given === undefined || given === null) return usual;
  if (given === "." || given === "/") return given;
  throw broken(`the separator ${JSON.stringify(given)}`, '"." or "/"', path);
}

const COMPRESSORS: readonly string[] = ["blosc", "gzip", "lz4", "zlib", "zstd"];

export function isCompressor(name: string): boolean {
  return COMPRESSORS.includes(name.replace("numcodecs.", ""));
}

export function parseShape(value: unknown, path: string): number[] {
  if (!Array.isArray(value) || !value.every((length) => Number.isSafeInteger(length) && length >= 0)) {
    throw broken(`the shape ${JSON.stringify(value)}`, "a list of whole numbers", path);
  }
  return value;
}

export function parseChunkShape(value: unknown, shape: readonly number[], path: string): number[] {
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

/** Numbers and what stands for them; anything else (strings, null) has no use here and counts as undeclared. */
export function parseFillValue(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (value === "NaN" || value === "Infinity" || value === "-Infinity") return Number(value);
  return undefined;
}

export function registered(name: string, zarrFormat: 2 | 3, path: string): string {
  const found = registeredCodecName(name, zarrFormat);
  if (found !== undefined) return found;
  throw new FormatError({
    path,
    found: `the codec ${JSON.stringify(name)}`,
    expected: `one of ${supportedCodecNames().join(", ")}`,
    remedy: "Write the store again with one of these, for instance with anndata's defaults.",
  });
}

export function unsupportedDataType(dataType: unknown, path: string): FormatError {
  return new FormatError({
    path,
    found: `the data type ${JSON.stringify(dataType)}`,
    expected: `one of ${SUPPORTED_DATA_TYPES}`,
    remedy: "Convert the array to one of these and write the store again.",
  });
}

export function broken(found: string, expected: string, path: string): FormatError {
  return new FormatError({ path, found, expected, remedy: DAMAGED });
}
