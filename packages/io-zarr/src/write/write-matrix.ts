import type { ChunkSource, CsrChunk } from "@flashdeconv/core";
import { settleAll } from "../settle-all.js";
import { NumericArrayWriter } from "./array-writers.js";
import type { ZarrWriter } from "./zarr-writer.js";

/**
 * Streams a sparse matrix (spots x width) to the group at `path`, encoding csr_matrix 0.1.0. Memory: one chunk of the
 * source, one of each array, and 8 bytes per spot.
 */
export async function writeCsrMatrix(
  zarr: ZarrWriter,
  path: string,
  source: ChunkSource<CsrChunk>,
  onSpots: (count: number) => void,
): Promise<void> {
  const { valuesPerChunk: chunkLength, signal } = zarr.options;
  const { spotCount, width } = source;
  const indices = new NumericArrayWriter(zarr, `${path}/indices`, {
    dataType: "int32",
    chunkLength,
    attributes: {},
  });
  let data: NumericArrayWriter | undefined;
  const buildData = (dataType: "float32" | "float64") =>
    new NumericArrayWriter(zarr, `${path}/data`, { dataType, chunkLength, attributes: {} });
  // Offsets pass 2^31 in large matrices; doubles hold them exactly.
  const offsets = new Float64Array(spotCount + 1);
  let nonZeroCount = 0;

  for await (const chunk of source.chunks({ signal })) {
    data ??= buildData(chunk.values instanceof Float64Array ? "float64" : "float32");
    for (let row = 0; row < chunk.spotCount; row++) {
      offsets[chunk.spotStart + row + 1] = nonZeroCount + chunk.indptr[row + 1];
    }
    const count = chunk.indptr[chunk.spotCount];
    await settleAll([data.append(chunk.values, 0, count), indices.append(chunk.indices, 0, count)]);
    nonZeroCount += count;
    onSpots(chunk.spotCount);
  }

  data ??= buildData("float32");
  await settleAll([data.close(), indices.close()]);
  await writeOffsets(zarr, `${path}/indptr`, offsets);
  await zarr.group(path, {
    "encoding-type": "csr_matrix",
    "encoding-version": "0.1.0",
    shape: [spotCount, width],
  });
}

/** int32 where it is enough, as scipy has it (some readers know no other), else int64. */
async function writeOffsets(zarr: ZarrWriter, path: string, offsets: Float64Array): Promise<void> {
  const wide = offsets[offsets.length - 1] >= 2 ** 31;
  const chunkLength = Math.min(offsets.length, zarr.options.valuesPerChunk);
  const writer = new NumericArrayWriter(zarr, path, {
    dataType: wide ? "int64" : "int32",
    chunkLength,
    attributes: {},
  });
  for (let start = 0; start < offsets.length; start += chunkLength) {
    const part = offsets.subarray(start, start + chunkLength);
    await writer.append(wide ? BigInt64Array.from(part, BigInt) : Int32Array.from(part), 0, part.length);
  }
  await writer.close();
}
