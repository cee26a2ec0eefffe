import { CoordinateError } from "@flashdeconv/core";
import { type Hierarchy, join, openDataframe, readUns } from "@flashdeconv/io-zarr/arrays/internal";
import { eachBlock, inOrder, openNumbers, readBlock } from "./blocks.js";
import { Pauses } from "./pauses.js";
import { hasNode } from "./root.js";

/** Positions of spots `start ..`: x and y of each, one after the other. */
export type Visit = (places: Float64Array, start: number) => void;

/** Reads the positions of all spots in order, some at a time. */
export type Positions = (visit: Visit, signal?: AbortSignal) => Promise<void>;

/** Pairs of columns of obs that are positions, in the order in which a run looks for them. */
const PAIRS = [
  ["x", "y"],
  ["X", "Y"],
  ["x_centroid", "y_centroid"],
  ["pxl_col_in_fullres", "pxl_row_in_fullres"],
  ["array_col", "array_row"],
];

/**
 * Finds where the positions of a result lie: in a store of its own `obsm/spatial`, else where the run had them.
 *
 * @throws CoordinateError where they lie nowhere that a page reads
 */
export async function findPositions(
  hierarchy: Hierarchy,
  key: string,
  signal?: AbortSignal,
): Promise<Positions> {
  const parameter = async (name: string) => {
    const path = join("uns", `${key}_params`);
    if (!(await hasNode(hierarchy, path, name))) return undefined;
    const value = await readUns({ hierarchy, signal, elementCount: 0, bytes: 0 }, join(path, name));
    return typeof value === "string" ? value : undefined;
  };
  const isOwn = (await hierarchy.node(""))?.attributes.flashdeconv === "result";
  const columns = isOwn ? undefined : (await parameter("spatial_columns"))?.split(",");
  const table = isOwn ? undefined : await parameter("spatial_key");
  if (columns === undefined) {
    for (const name of table === undefined ? ["spatial", "X_spatial"] : [table]) {
      if (await hasNode(hierarchy, "obsm", name)) return inTable(hierarchy, join("obsm", name));
    }
  }
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const pair = (columns ? [columns] : PAIRS).find((names) =>
    names.every((name) => columnNames.includes(name)),
  );
  if (pair !== undefined) return inColumns(hierarchy, pair);
  throw new CoordinateError({
    subject: "the result",
    found: "no positions of spots in obsm/spatial or obs",
    expected: "x and y of each spot",
    remedy: "Write the result to a store of its own, which holds the positions too.",
  });
}

function inColumns(hierarchy: Hierarchy, names: readonly string[]): Positions {
  return async (visit, signal) => {
    const [xs, ys] = await Promise.all(
      names.slice(0, 2).map((name) => openNumbers(hierarchy, join("obs", name))),
    );
    const [length] = xs.metadata.chunkShape;
    if (ys.metadata.chunkShape[0] !== length || ys.metadata.shape[0] !== xs.metadata.shape[0]) {
      const places = new Float64Array(2 * xs.metadata.shape[0]);
      await eachBlock(xs, (values, start) => spread(places, values, 2 * start), { signal });
      await eachBlock(ys, (values, start) => spread(places, values, 2 * start + 1), { signal });
      return visit(places, 0);
    }
    // Both are cut alike: no more than some chunks are held.
    const blocks = Array.from({ length: Math.ceil(xs.metadata.shape[0] / length) }, (_, i) => i);
    const pauses = new Pauses();
    const readOne = (block: number) => Promise.all([xs, ys].map((array) => readBlock(array, block, signal)));
    await inOrder(blocks, readOne, async (pair, block) => {
      const places = new Float64Array(2 * pair[0].length);
      pair.forEach((values, axis) => {
        spread(places, values, axis);
      });
      visit(places, block * length);
      await pauses.take(signal);
    });
  };
}

function spread(places: Float64Array, values: ArrayLike<number>, from: number): void {
  for (let i = 0; i < values.length; i++) places[from + 2 * i] = values[i];
}

function inTable(hierarchy: Hierarchy, path: string): Positions {
  return async (visit, signal) => {
    const array = await openNumbers(hierarchy, path, 2);
    const { shape, chunkShape } = array.metadata;
    const [rows, columns] = chunkShape;
    const blocks = Array.from({ length: Math.ceil(shape[0] / rows) }, (_, i) => i);
    const pauses = new Pauses();
    const readOne = async (block: number) => {
      const places = new Float64Array(2 * Math.min(rows, shape[0] - block * rows));
      const chunks = columns === 1 ? [0, 1] : [0];
      const read = await Promise.all(chunks.map((at) => array.readChunk([block, at], "fill", signal)));
      for (let axis = 0; axis < 2; axis++) {
        const chunk = read[columns === 1 ? axis : 0];
        if (chunk === undefined || !ArrayBuffer.isView(chunk.data)) continue;
        const [down, along] = chunk.stride;
        const from = columns === 1 ? 0 : axis * along;
        const data = chunk.data as Float64Array;
        for (let i = 0; 2 * i < places.length; i++) places[2 * i + axis] = Number(data[from + i * down]);
      }
      return places;
    };
    await inOrder(blocks, readOne, async (places, block) => {
      visit(places, block * rows);
      await pauses.take(signal);
    });
  };
}
