import type { ByteGrid, UnsValue } from "./contents.js";
import { ARRAY_ATTRIBUTES } from "./write-columns.js";
import type { ZarrWriter } from "./zarr-writer.js";

export function isByteGrid(value: UnsValue): value is ByteGrid {
  return (
    typeof value === "object" && value !== null && "strips" in value && typeof value.strips === "function"
  );
}

/** Streams a grid into tiles; at the lower and right edge they are filled up with zeros, as Zarr asks. Memory: tiles that wait to be compressed. */
export async function writeByteGrid(zarr: ZarrWriter, path: string, grid: ByteGrid): Promise<void> {
  const [planes, rows, columns] = grid.shape;
  const height = Math.max(1, Math.min(grid.tile[0], rows));
  const width = Math.max(1, Math.min(grid.tile[1], columns));
  for await (const { plane, rowStart, rowCount, bytes } of grid.strips({ signal: zarr.options.signal })) {
    for (let top = 0; top < rowCount; top += height) {
      for (let left = 0; left < columns; left += width) {
        const tile = new Uint8Array(height * width);
        const [right, bottom] = [Math.min(left + width, columns), Math.min(top + height, rowCount)];
        for (let row = top; row < bottom; row++) {
          tile.set(bytes.subarray(row * columns + left, row * columns + right), (row - top) * width);
        }
        await zarr.chunks([path], [plane, (rowStart + top) / height, left / width], tile, "fractions");
      }
    }
  }
  const description = {
    dataType: "uint8",
    shape: [planes, rows, columns],
    chunkShape: [1, height, width],
  } as const;
  await zarr.array(path, description, ARRAY_ATTRIBUTES);
}
