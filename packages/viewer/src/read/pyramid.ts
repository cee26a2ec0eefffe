import {
  type Hierarchy,
  join,
  openArray,
  readUns,
  type ZarrArray,
} from "@flashdeconv/io-zarr/arrays/internal";
import { halvedFrame, type TexelFrame, type TexelMatrix } from "@flashdeconv/maps/internal";
import type { Bytes } from "../contracts.js";
import { inOrder } from "./blocks.js";
import type { Layout } from "./layout.js";
import { Pauses } from "./pauses.js";
import { hasNode } from "./root.js";

/** Pictures of each type that were written with the result, each level half as fine as the one before. */
export interface Pyramid {
  readonly levels: readonly Level[];
}

export interface Level {
  readonly frame: TexelFrame;
  readonly array: ZarrArray;
}

/** The version of the layout that is read. */
const VERSION = 1;
const MOST_LEVELS = 16;

/** The pictures of a result; undefined where it has none that fit it. */
export async function readPyramid(
  hierarchy: Hierarchy,
  { key, typeNames }: Layout,
  signal?: AbortSignal,
): Promise<Pyramid | undefined> {
  const path = join("uns", `${key}_maps`);
  if (!(await hasNode(hierarchy, "uns", `${key}_maps`))) return undefined;
  const arrays = await levelArrays(hierarchy, path, typeNames.length + 1);
  if (arrays.length === 0) return undefined;
  const reading = { hierarchy, signal, elementCount: 0, bytes: 0 };
  const [version, matrix, shift, isLattice] = await Promise.all(
    ["version", "matrix", "shift", "is_lattice"].map((name) => readUns(reading, join(path, name))),
  );
  if (Number(version) !== VERSION || !(matrix instanceof Float64Array) || matrix.length !== 6)
    return undefined;
  const [, height, width] = arrays[0].metadata.shape;
  let frame: TexelFrame = {
    width,
    height,
    matrix: [...matrix] as unknown as TexelMatrix,
    shift: Number(shift) === 0.5 ? 0.5 : 0,
    isLattice: isLattice === true,
  };
  const levels: Level[] = [];
  for (const array of arrays) {
    const { shape } = array.metadata;
    if (shape[1] !== frame.height || shape[2] !== frame.width) break;
    levels.push({ frame, array });
    frame = halvedFrame(frame);
  }
  return { levels };
}

async function levelArrays(hierarchy: Hierarchy, path: string, planeCount: number): Promise<ZarrArray[]> {
  const arrays: ZarrArray[] = [];
  while (arrays.length < MOST_LEVELS && (await hasNode(hierarchy, path, `level_${arrays.length}`))) {
    const node = await hierarchy.node(join(path, `level_${arrays.length}`));
    if (node?.kind !== "array") break;
    const { shape, chunkShape, dataType } = node.metadata;
    const isPlanes = shape.length === 3 && shape[0] === planeCount && chunkShape[0] === 1;
    if (!isPlanes || dataType.name !== "uint8") break;
    arrays.push(openArray(hierarchy, node));
  }
  return arrays;
}

/** One plane of a level. */
export async function readPlane(
  { frame: { width, height }, array }: Level,
  plane: number,
  signal?: AbortSignal,
): Promise<Bytes> {
  const [, rows, columns] = array.metadata.chunkShape;
  const bytes = new Uint8Array(width * height);
  const places: [number, number][] = [];
  for (let y = 0; y * rows < height; y++) for (let x = 0; x * columns < width; x++) places.push([y, x]);
  const pauses = new Pauses();
  await inOrder(
    places,
    ([y, x]) => array.readChunk([plane, y, x], "fill", signal),
    async (chunk, [y, x]) => {
      if (chunk !== undefined && ArrayBuffer.isView(chunk.data)) {
        const data = chunk.data as Uint8Array;
        const [, down, along] = chunk.stride;
        const wide = Math.min(columns, width - x * columns);
        for (let row = 0; row < Math.min(rows, height - y * rows); row++) {
          const to = (y * rows + row) * width + x * columns;
          if (along === 1) bytes.set(data.subarray(row * down, row * down + wide), to);
          else for (let i = 0; i < wide; i++) bytes[to + i] = data[row * down + i * along];
        }
      }
      await pauses.take(signal);
    },
  );
  return bytes;
}
