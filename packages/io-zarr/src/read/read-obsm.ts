import { type ChunkSource, type DenseChunk, FormatError, OptionError, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { requireChunkRoom } from "../bounds.js";
import { settleAll } from "../settle-all.js";
import { copyNumbers } from "./copy-numbers.js";
import { denseSource } from "./dense-source.js";
import { encodingOf } from "./encoding-of.js";
import { type Hierarchy, join, openHierarchy, type ZarrNode } from "./hierarchy.js";
import { inStore, sourceInStore } from "./name-store.js";
import { openDataframe } from "./open-dataframe.js";
import { openVector } from "./open-vector.js";
import { type BandReading, type DenseTile, readRowBand } from "./read-row-band.js";
import { vectorCursor } from "./vector-cursor.js";
import { openArray } from "./zarr-array.js";

/** A table of numbers with one row per spot. */
export interface ObsmTable {
  /** Names of the columns, as they were before they were made fit to be stored; undefined for a plain array, which has none. */
  readonly columnNames: readonly string[] | undefined;
  /** The rows, as Float64. */
  readonly values: ChunkSource<DenseChunk>;
}

/** A table, and how it is stored. */
export interface StoredTable extends ObsmTable {
  /** The names of its columns in the store; undefined for a plain array. */
  readonly storedNames: readonly string[] | undefined;
  /** Whether Float32 holds every value. */
  readonly isFloat32: boolean;
}

/** Most values of a yielded chunk (8 MiB). */
const VALUES_PER_CHUNK = 2 ** 20;
/** Values that are brought into rows together: they stay in a processor's cache. */
const VALUES_PER_BLOCK = 2 ** 16;
const LEAST_BLOCK_ROWS = 1024;

/**
 * Opens `obsm/<key>`, a two-dimensional array or a dataframe of numbers. Throws OptionError where the key is not there
 * (naming those that are), FormatError where it holds something else, ShapeError where columns differ in length.
 */
export function readObsm(
  store: ReadableStore,
  key: string,
  { signal }: ReadOptions = {},
): Promise<ObsmTable> {
  return inStore(store, async () => {
    const { columnNames, values } = await openObsm(await openHierarchy(store, signal), key);
    return { columnNames, values: sourceInStore(store, values) };
  });
}

/** The same in a hierarchy that is open, with `asStored` as Float32 where that holds every value. Throws as `readObsm`. */
export async function openObsm(
  hierarchy: Hierarchy,
  key: string,
  { asStored = false }: { readonly asStored?: boolean } = {},
): Promise<StoredTable> {
  const path = join("obsm", key);
  const node = await hierarchy.node(path);
  if (!node) {
    throw new OptionError({
      option: "key",
      value: key,
      rule: `a key of obsm: ${(await hierarchy.children("obsm"))?.join(", ") || "none found"}`,
      remedy: "Name one of these.",
    });
  }
  return node.kind === "array"
    ? openArrayTable(hierarchy, node, asStored)
    : openColumns(hierarchy, path, asStored);
}

function openArrayTable(
  hierarchy: Hierarchy,
  node: ZarrNode & { kind: "array" },
  asStored: boolean,
): StoredTable {
  encodingOf(node, ["array"]);
  const { shape, dataType, chunkShape } = node.metadata;
  if (shape.length !== 2 || dataType.kind === "string") {
    throw new FormatError({
      path: node.path,
      found: `an array of ${dataType.name} with shape ${shape.join(" x ")}`,
      expected: "a two-dimensional array of numbers",
      remedy: "Name another key of obsm.",
    });
  }
  const array = openArray(hierarchy, node);
  const [spotCount, width] = shape;
  requireChunkRoom(
    node.path,
    8 * chunkShape[0] * width,
    array.mostBytes,
    `rows of ${numbered(width, "number")}`,
  );
  // A chunk for every row of stored chunks, as these are decoded whole anyway.
  const isFloat32 = dataType.name === "float32";
  const shaped = { spotCount, width, rowsPerChunk: chunkShape[0], isFloat32: asStored && isFloat32 };
  const values = denseSource(shaped, (signal) => (start, end, out) => {
    const place = ({ columnStart, columnCount, values }: DenseTile) => {
      let from = 0;
      for (let row = 0; row < end - start; row++) {
        const to = row * width + columnStart;
        for (let column = 0; column < columnCount; column++) out[to + column] = values[from++];
      }
    };
    const reading: BandReading = {
      missing: "fill",
      makeValues: (length) => new Float64Array(length),
      signal,
    };
    return readRowBand(array, { start, end }, reading, place);
  });
  return { columnNames: undefined, storedNames: undefined, isFloat32, values };
}

/** Writes values to every `step`-th place from one on. A function of its own, as loops between awaits run slowly. */
function spread<T extends Float32Array | Float64Array>(
  { line, count }: { readonly line: T; readonly count: number },
  out: T,
  from: number,
  step: number,
): void {
  for (let i = 0, at = from; i < count; i++, at += step) out[at] = line[i];
}

async function openColumns(hierarchy: Hierarchy, path: string, asStored: boolean): Promise<StoredTable> {
  const { columnNames } = await openDataframe(hierarchy, path);
  const columns = await settleAll(
    columnNames.map((name) => openVector(hierarchy, join(path, name), ["integer", "float", "boolean"])),
  );
  const width = columns.length;
  const spotCount = columns[0]?.metadata.shape[0] ?? 0;
  for (const { path: column, metadata } of columns) {
    if (metadata.shape[0] === spotCount) continue;
    throw new ShapeError({
      subject: column,
      found: `${numbered(metadata.shape[0], "value")} beside columns of ${spotCount}`,
      expected: "columns of one length",
      remedy: "The dataframe is damaged: write the store again.",
    });
  }
  const rowsPerChunk = Math.max(1, Math.floor(VALUES_PER_CHUNK / Math.max(1, width)));
  const isFloat32 = columns.every(({ metadata }) => metadata.dataType.name === "float32");
  const shape = { spotCount, width, rowsPerChunk, isFloat32: asStored && isFloat32 };
  const values = denseSource(shape, (signal) => {
    const cursors = columns.map((column) => vectorCursor(column, "fill", signal));
    return async (start, end, out) => {
      const rows = Math.max(LEAST_BLOCK_ROWS, Math.floor(VALUES_PER_BLOCK / width));
      const line = shape.isFloat32 ? new Float32Array(rows) : new Float64Array(rows);
      for (let from = start; from < end; from += rows) {
        const to = Math.min(end, from + rows);
        for (const [j, column] of columns.entries()) {
          await cursors[j].read(from, to, (piece) => copyNumbers(column, piece, line));
          spread({ line, count: to - from }, out, (from - start) * width + j, width);
        }
      }
    };
  });
  return {
    columnNames: await labelsOf(hierarchy, path, columnNames),
    storedNames: columnNames,
    isFloat32,
    values,
  };
}

/** What the columns are about: the label that was kept with one whose name had to be changed, else the name. */
function labelsOf(hierarchy: Hierarchy, path: string, columnNames: readonly string[]): Promise<string[]> {
  return settleAll(
    columnNames.map(async (name) => {
      const label = (await hierarchy.node(join(path, name)))?.attributes.label;
      return typeof label === "string" ? label : name;
    }),
  );
}
