import { requireRoom } from "../bounds.js";
import type { ByteGrid, ByteStrip } from "../write/contents.js";
import { encodingOf } from "./encoding-of.js";
import type { Hierarchy, ZarrNode } from "./hierarchy.js";
import { streamInStore } from "./name-store.js";
import { openArray } from "./zarr-array.js";

type ArrayNode = ZarrNode & { kind: "array" };

/** Whether an array is a grid of bytes, which is read when it is asked for. */
export function isStoredGrid({ metadata: { shape, dataType } }: ArrayNode): boolean {
  return shape.length === 3 && dataType.name === "uint8";
}

/**
 * Opens a grid of bytes: a row of its stored chunks is held at a time, however large it is.
 *
 * @throws FormatError for chunks that take more memory than there is
 */
export function openByteGrid(hierarchy: Hierarchy, node: ArrayNode): ByteGrid {
  encodingOf(node, ["array"]);
  const array = openArray(hierarchy, node);
  const [planes, rows, columns] = node.metadata.shape;
  const [planesEach, rowsEach, columnsEach] = node.metadata.chunkShape;
  const stripBytes = Math.min(planesEach, planes) * Math.min(rowsEach, rows) * columns;
  requireRoom(node.path, stripBytes, array.mostBytes / 4, "a row of chunks of bytes");
  async function* strips(signal?: AbortSignal): AsyncIterable<ByteStrip> {
    for (let first = 0; first < planes; first += planesEach) {
      for (let rowStart = 0; rowStart < rows; rowStart += rowsEach) {
        const rowCount = Math.min(rowsEach, rows - rowStart);
        const planeCount = Math.min(planesEach, planes - first);
        const bytes = new Uint8Array(planeCount * rowCount * columns);
        for (let left = 0; left < columns; left += columnsEach) {
          const place = [first / planesEach, rowStart / rowsEach, left / columnsEach];
          const chunk = await array.readChunk(place, "fill", signal);
          const width = Math.min(columnsEach, columns - left);
          const [planeStride, rowStride, stride] = chunk?.stride ?? [0, 0, 1];
          const data = (chunk?.data ??
            new Uint8Array(width).fill(Number(node.metadata.fillValue))) as Uint8Array;
          for (let line = 0; line < planeCount * rowCount; line++) {
            const from = Math.floor(line / rowCount) * planeStride + (line % rowCount) * rowStride;
            const at = line * columns + left;
            if (stride === 1) bytes.set(data.subarray(from, from + width), at);
            else for (let i = 0; i < width; i++) bytes[at + i] = data[from + i * stride];
          }
        }
        const size = rowCount * columns;
        for (let i = 0; i < planeCount; i++) {
          yield { plane: first + i, rowStart, rowCount, bytes: bytes.subarray(i * size, (i + 1) * size) };
        }
      }
    }
  }
  return {
    shape: [planes, rows, columns],
    tile: [rowsEach, columnsEach],
    strips: ({ signal } = {}) => streamInStore(hierarchy.store, strips(signal)),
  };
}
