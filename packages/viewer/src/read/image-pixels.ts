import { FormatError } from "@flashdeconv/core";
import {
  type Hierarchy,
  openArray,
  type ZarrArray,
  type ZarrNode,
} from "@flashdeconv/io-zarr/arrays/internal";
import { inOrder } from "./blocks.js";
import { Pauses } from "./pauses.js";

/** A picture is drawn with at most so many pixels a side: of a larger one every second, third ... is taken. */
export const MOST_SIDE = 4096;
/** Most bytes of an array that is read for a picture, unpacked. */
const MOST_IMAGE_BYTES = 512 * 2 ** 20;
/** Fractions that were rounded may lie outside by so much. */
const SLACK = 1e-3;

type ArrayNode = ZarrNode & { kind: "array" };

/** An array of pixels, and which of its axes are which. */
export interface ImageArray {
  readonly array: ZarrArray;
  readonly y: number;
  readonly x: number;
  readonly c: number;
}

/** @param axes names of the array's axes, in order. @throws FormatError for what is no picture in colour, or too large a one */
export function openImage(hierarchy: Hierarchy, node: ArrayNode, axes: readonly string[]): ImageArray {
  const { shape, dataType } = node.metadata;
  const [y, x, c] = ["y", "x", "c"].map((name) => axes.indexOf(name));
  const isKnown = dataType.name === "uint8" || dataType.kind === "float";
  const isPicture = shape.length === 3 && axes.length === 3 && Math.min(y, x, c) >= 0;
  if (!isPicture || !isKnown || (shape[c] !== 3 && shape[c] !== 4) || shape[y] * shape[x] === 0) {
    throw notShown(node.path, `${dataType.name} of shape ${shape.join(" x ")}`);
  }
  const bytes = shape.reduce((product, length) => product * length, dataType.byteSize);
  if (bytes > MOST_IMAGE_BYTES) throw notShown(node.path, `${Math.ceil(bytes / 2 ** 20)} MiB`);
  return { array: openArray(hierarchy, node), y, x, c };
}

/** Of how many pixels along each axis one is drawn. */
export function stepOf({ array, y, x }: ImageArray): number {
  const { shape } = array.metadata;
  return Math.ceil(Math.max(shape[y], shape[x]) / MOST_SIDE);
}

/** Reads a picture, chunk by chunk. @throws FormatError for values that are no colours */
export async function readImage(image: ImageArray, signal?: AbortSignal): Promise<ImageBitmap> {
  const { array, y, x, c } = image;
  const { shape, chunkShape } = array.metadata;
  const step = stepOf(image);
  const half = Math.floor(step / 2);
  const [height, width] = [shape[y], shape[x]].map((side) => Math.ceil((side - half) / step));
  const pixels = new Uint8ClampedArray(4 * width * height).fill(255);
  const pauses = new Pauses();
  await inOrder(
    chunksOf(array),
    (at) => array.readChunk(at, "fill", signal),
    async (chunk, at) => {
      const start = at.map((place, axis) => place * chunkShape[axis]);
      const end = start.map((first, axis) => Math.min(shape[axis], first + chunkShape[axis]));
      const read = byteOf(array, chunk?.data);
      const stride = chunk?.stride ?? [0, 0, 0];
      const firstOf = (axis: number) => Math.ceil((start[axis] - half) / step);
      for (let row = firstOf(y); row * step + half < end[y]; row++) {
        const fromRow = (row * step + half - start[y]) * stride[y];
        for (let column = firstOf(x); column * step + half < end[x]; column++) {
          const from = fromRow + (column * step + half - start[x]) * stride[x];
          const to = 4 * (row * width + column);
          for (let k = start[c]; k < end[c]; k++) pixels[to + k] = read(from + (k - start[c]) * stride[c]);
        }
      }
      await pauses.take(signal);
    },
  );
  const bitmap = await createImageBitmap(new ImageData(pixels, width, height));
  signal?.throwIfAborted();
  return bitmap;
}

function chunksOf({ metadata: { shape, chunkShape } }: ZarrArray): number[][] {
  return shape.reduce<number[][]>(
    (places, length, axis) =>
      places.flatMap((place) =>
        Array.from({ length: Math.ceil(length / chunkShape[axis]) }, (_, i) => [...place, i]),
      ),
    [[]],
  );
}

/** What makes bytes of the items of a chunk; of one that is not there, all are the fill value. */
function byteOf({ path, metadata: { dataType, fillValue = 0 } }: ZarrArray, data: unknown) {
  const items = ArrayBuffer.isView(data) ? (data as Float32Array) : [fillValue];
  if (dataType.name === "uint8") return (i: number) => items[i];
  return (i: number) => {
    const value = items[i];
    if (value < -SLACK || value > 1 + SLACK) throw notShown(path, `the value ${value}`);
    return 255 * value;
  };
}

function notShown(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "red, green and blue as bytes or as fractions of 1, in at most 512 MiB",
    remedy: "Store the picture so, or a smaller one beside it.",
  });
}
