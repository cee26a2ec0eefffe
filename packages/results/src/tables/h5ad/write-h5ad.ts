import { type NameChunk, type Progress, rechunk } from "@flashdeconv/core";
import type { Attributes, Hdf5Writer, ItemType } from "@flashdeconv/io-h5/internal";
import type { AnnDataContents, Column, DenseTable, UnsObject, UnsValue } from "@flashdeconv/io-zarr";
import { type ByteGrid, isByteGrid, nameColumns, storedNames } from "@flashdeconv/io-zarr/internal";
import { ROWS_PER_GROUP } from "../block-columns.js";

const DICT = encoding("dict", "0.1.0");
const ARRAY = encoding("array", "0.2.0");
const TEXTS = encoding("string-array", "0.2.0");
const DICTS = ["layers", "obsm", "obsp", "uns", "varm", "varp"];

function encoding(type: string, version: string): Attributes {
  return { "encoding-type": type, "encoding-version": version };
}

export interface H5adOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Writes an AnnData object without a matrix as anndata 0.8 and later lay it out in HDF5: what `writeAnnData` writes in Zarr. Tables are streamed,
 * each read once; names are written once, and every dataframe's index is a link to them.
 */
export async function writeH5ad(
  h5: Hdf5Writer,
  contents: AnnDataContents,
  { signal, onProgress }: H5adOptions,
): Promise<void> {
  const { spotCount, obsm = {} } = contents;
  const obs = nameColumns(contents.obs);
  h5.group("", { ...encoding("anndata", "0.1.0"), ...(contents.attributes as Attributes) });
  for (const name of DICTS) h5.group(name, DICT);
  h5.group("obs", dataframe(obs.map(({ name }) => name)));
  h5.group("var", dataframe([]));
  h5.array("var/_index", { type: "text", shape: [0], attributes: TEXTS });
  await writeNames(h5, contents);
  for (const column of obs) await writeColumn(h5, column);
  await writeUns(h5, "uns", contents.uns ?? {}, signal);
  let done = 0;
  const all = spotCount * Object.keys(obsm).length;
  const onRows = (count: number) => {
    signal?.throwIfAborted();
    done += count;
    onProgress?.({ spotsDone: done, spotCount: all });
  };
  for (const [name, table] of Object.entries(obsm)) await writeTable(h5, `obsm/${name}`, table, onRows);
}

function dataframe(columns: readonly string[]): Attributes {
  return { _index: "_index", "column-order": columns, ...encoding("dataframe", "0.2.0") };
}

async function writeNames(h5: Hdf5Writer, { spotNames, spotCount }: AnnDataContents): Promise<void> {
  const index = h5.array("obs/_index", { type: "text", shape: [spotCount], attributes: TEXTS });
  if (Array.isArray(spotNames)) {
    for (let at = 0; at < spotNames.length; at += ROWS_PER_GROUP) {
      await index.writeTexts(at, spotNames.slice(at, at + ROWS_PER_GROUP));
    }
    return;
  }
  for await (const chunk of spotNames as AsyncIterable<NameChunk>) await index.writeTexts(chunk.start, chunk);
}

async function writeColumn(h5: Hdf5Writer, column: Column): Promise<void> {
  const path = `obs/${column.name}`;
  const label: Attributes =
    column.label === undefined || column.label === column.name ? {} : { label: column.label };
  switch (column.kind) {
    case "number":
      return writeNumbers(h5, path, column.values, label);
    case "boolean":
      return writeArray(h5, path, { type: "bool", items: column.values, attributes: { ...ARRAY, ...label } });
    case "string":
      return writeTexts(h5, path, column.values, label);
    case "categorical": {
      const { categories, ordered = false, codes } = column;
      h5.group(path, { ...encoding("categorical", "0.2.0"), ordered, ...label });
      await writeTexts(h5, `${path}/categories`, categories);
      return writeNumbers(
        h5,
        `${path}/codes`,
        categories.length < 2 ** 7 ? new Int8Array(codes) : new Int32Array(codes),
      );
    }
  }
}

type Numbers = Int8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array;

function typeOf(numbers: Numbers): ItemType {
  if (numbers instanceof Float32Array) return "float32";
  if (numbers instanceof Int8Array) return "int8";
  if (numbers instanceof Int16Array) return "int16";
  if (numbers instanceof Int32Array) return "int32";
  return numbers instanceof BigInt64Array ? "int64" : "float64";
}

function writeNumbers(h5: Hdf5Writer, path: string, items: Numbers, more: Attributes = {}): Promise<void> {
  return writeArray(h5, path, { type: typeOf(items), items, attributes: { ...ARRAY, ...more } });
}

interface Items {
  readonly type: ItemType;
  readonly items: Numbers | Uint8Array;
  readonly shape?: readonly number[];
  readonly attributes: Attributes;
}

async function writeArray(
  h5: Hdf5Writer,
  path: string,
  { type, items, shape, attributes }: Items,
): Promise<void> {
  const array = h5.array(path, { type, shape: shape ?? [items.length], attributes });
  if (items.length > 0) await array.write(0, items);
}

async function writeTexts(
  h5: Hdf5Writer,
  path: string,
  texts: readonly string[],
  more: Attributes = {},
): Promise<void> {
  const array = h5.array(path, { type: "text", shape: [texts.length], attributes: { ...TEXTS, ...more } });
  if (texts.length > 0) await array.writeTexts(0, texts);
}

/** A dataframe of one column per name, or an array of two dimensions. */
async function writeTable(
  h5: Hdf5Writer,
  path: string,
  table: DenseTable,
  onRows: (count: number) => void,
): Promise<void> {
  const { spotCount, width } = table.values;
  const names = storedNames(table);
  if (names !== undefined) {
    h5.group(path, dataframe(names));
    h5.link(`${path}/_index`, "obs/_index");
  }
  let columns: ReturnType<Hdf5Writer["array"]>[] | undefined;
  for await (const chunk of rechunk(table.values, ROWS_PER_GROUP).chunks()) {
    const { values, spotStart, spotCount: count } = chunk;
    const type = typeOf(values);
    if (names === undefined) {
      columns ??= [h5.array(path, { type, shape: [spotCount, width], attributes: ARRAY })];
      await columns[0].write(spotStart * width, values);
    } else {
      columns ??= names.map((name, k) => {
        const label = table.columnNames?.[k] ?? name;
        const attributes = label === name ? ARRAY : { ...ARRAY, label };
        return h5.array(`${path}/${name}`, { type, shape: [spotCount], attributes });
      });
      for (const [k, column] of columns.entries()) {
        const own = values instanceof Float32Array ? new Float32Array(count) : new Float64Array(count);
        for (let row = 0; row < count; row++) own[row] = values[row * width + k];
        await column.write(spotStart, own);
      }
    }
    onRows(count);
  }
}

/** A value of `uns` and what it holds, by the types that Zarr stores have for them. */
async function writeUns(h5: Hdf5Writer, path: string, value: UnsValue, signal?: AbortSignal): Promise<void> {
  if (value === null || value === undefined) return;
  const scalar = encoding(typeof value === "string" ? "string" : "numeric-scalar", "0.2.0");
  if (typeof value === "string") {
    return h5.array(path, { type: "text", shape: [], attributes: scalar }).writeTexts(0, [value]);
  }
  if (typeof value === "boolean") {
    return writeArray(h5, path, {
      type: "bool",
      items: Uint8Array.of(value ? 1 : 0),
      shape: [],
      attributes: scalar,
    });
  }
  if (typeof value === "number" || typeof value === "bigint") {
    const items = typeof value === "number" ? Float64Array.of(value) : BigInt64Array.of(value);
    return writeArray(h5, path, { type: typeOf(items), items, shape: [], attributes: scalar });
  }
  if (Array.isArray(value)) {
    const rows = value as readonly Float64Array[];
    if (!(rows[0] instanceof Float64Array)) return writeTexts(h5, path, value as readonly string[]);
    const array = h5.array(path, {
      type: "float64",
      shape: [rows.length, rows[0].length],
      attributes: ARRAY,
    });
    for (const [i, row] of rows.entries()) await array.write(i * row.length, row);
    return;
  }
  if (ArrayBuffer.isView(value)) return writeNumbers(h5, path, value as Numbers);
  if (isByteGrid(value)) return writeByteGrid(h5, path, value, signal);
  if (path !== "uns") h5.group(path, DICT);
  for (const [name, item] of Object.entries(value as UnsObject))
    await writeUns(h5, `${path}/${name}`, item, signal);
}

async function writeByteGrid(
  h5: Hdf5Writer,
  path: string,
  { shape, strips }: ByteGrid,
  signal?: AbortSignal,
): Promise<void> {
  const array = h5.array(path, { type: "uint8", shape, attributes: ARRAY });
  const [, rows, columns] = shape;
  for await (const { plane, rowStart, bytes } of strips({ signal })) {
    await array.write((plane * rows + rowStart) * columns, bytes);
  }
}
