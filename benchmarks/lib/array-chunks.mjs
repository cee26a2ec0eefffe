import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
// As a whole: Node 20 lacks zstd and does without.
import * as zlib from "node:zlib";

/** The arrays of a CSR matrix that hold the counts. */
export const COUNT_ARRAYS = ["X/data", "X/indices"];

const BYTES_PER_ITEM = { "<f4": 4, "<i4": 4, "<f8": 8, float32: 4, int32: 4, float64: 8 };

/**
 * How a one-dimensional array of a local Zarr store lies on disk: as much of Zarr as the sections made here need.
 *
 * @returns compressor, number of items, items and decoded bytes of a chunk, and the files of its chunks in order
 * @throws Error where the array is of another kind
 */
export function describeArray(store, path) {
  const folder = join(store, path);
  const isVersion2 = existsSync(join(folder, ".zarray"));
  const metadata = JSON.parse(readFileSync(join(folder, isVersion2 ? ".zarray" : "zarr.json"), "utf8"));
  const { shape, dataType, chunkLength, compressor } = isVersion2 ? version2(metadata) : version3(metadata);
  const itemBytes = BYTES_PER_ITEM[dataType];
  if (itemBytes === undefined || shape.length !== 1 || !["gzip", "zstd", "none"].includes(compressor)) {
    throw new Error(
      `${folder} is an array of ${dataType} with ${shape.length} dimensions and ${compressor}; the floor reads vectors of ` +
        "numbers, in gzip, zstd or plain. Measure a section that bench.mjs made.",
    );
  }
  const files = Array.from({ length: Math.ceil(shape[0] / chunkLength) }, (_, i) =>
    join(folder, isVersion2 ? String(i) : `c/${i}`),
  );
  return { compressor, itemCount: shape[0], chunkLength, chunkBytes: chunkLength * itemBytes, files };
}

/** Decodes one chunk, whole. Both codecs work far slower when they have to guess how much comes out. */
export function decodeChunk(bytes, { compressor, chunkBytes }) {
  if (compressor === "none") return bytes;
  const decode = compressor === "gzip" ? zlib.gunzipSync : zlib.zstdDecompressSync;
  return decode(bytes, { chunkSize: Math.max(64, chunkBytes) });
}

function version2({ shape, dtype, chunks, compressor, filters }) {
  const name = filters?.length ? "filters" : (compressor?.id ?? "none");
  return { shape, dataType: dtype, chunkLength: chunks[0], compressor: name };
}

function version3({ shape, data_type: dataType, chunk_grid: grid, codecs }) {
  const [first, second, ...more] = codecs.map(({ name }) => name);
  const compressor =
    first === "bytes" && more.length === 0 ? (second ?? "none") : `codecs ${first}, ${second}`;
  return { shape, dataType, chunkLength: grid.configuration.chunk_shape[0], compressor };
}
