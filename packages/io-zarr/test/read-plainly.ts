import { readFileSync } from "node:fs";
import FileSystemStore from "@zarrita/storage/fs";
import ZipFileStore from "@zarrita/storage/zip";
import { type AsyncBuffer, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import * as zarr from "zarrita";
import { tinyAnnData } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";
import { tinySpatialData } from "./tiny-spatialdata.js";

type Store = zarr.AsyncReadable;
type Attributes = Record<string, unknown>;

/**
 * Reads what a store holds by zarrita alone, without a line of the program, and writes it down again as a sound store: what the
 * program makes of the one must be what it makes of the other.
 */
export async function readPlainly(path: string, isZip: boolean): Promise<Map<string, Uint8Array>> {
  const store = await consolidated(
    isZip ? ZipFileStore.fromBlob(new Blob([readFileSync(path)])) : new FileSystemStore(path),
  );
  const root = await open(store, "", "group");
  const attributes = root.attrs as Attributes;
  if (attributes.spatialdata_attrs === undefined) return (await readAnnData(store, "")).files;
  const table = "tables/table/";
  const { counts, spotNames, geneNames } = await readAnnData(store, table);
  const group = await open(store, "tables/table", "group");
  const { region_key: regionKey, instance_key: instanceKey } = group.attrs as Record<string, string>;
  const regions = await strings(store, `${table}obs/${regionKey}`);
  const instances = await numbers(store, `${table}obs/${instanceKey}`);
  const shapes: Record<
    string,
    Parameters<typeof tinySpatialData>[0]["shapes"] extends Readonly<Record<string, infer S>> | undefined
      ? S
      : never
  > = {};
  for (const name of new Set(regions)) shapes[name] = await readShapes(store, `shapes/${name}`);
  const rows = regions.map((region, i) => [region, instances[i]] as const);
  const plain = tinySpatialData({ format: 3, tables: { table: { rows, counts } }, shapes });
  writeNames(plain, `${table}obs`, spotNames);
  writeNames(plain, `${table}var`, geneNames);
  return plain.files;
}

/** Metadata of Zarr v2 come from one file where there is one, as the convention has it. */
async function consolidated(store: Store): Promise<Store> {
  const bytes = await store.get("/.zmetadata");
  const { metadata } = bytes ? JSON.parse(new TextDecoder().decode(bytes)) : {};
  return {
    getRange: async (key, range) => store.getRange?.(key, range).catch(ifFolder),
    get: async (key) => {
      if (!metadata || !/\/\.z(array|group|attrs)$/.test(key)) {
        return (store.get(key) as Promise<Uint8Array | undefined>).catch(ifFolder);
      }
      const document = metadata[key.slice(1)];
      return document && new TextEncoder().encode(JSON.stringify(document));
    },
  };
}

/** A folder is not a file of that name. */
function ifFolder(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "EISDIR") throw error;
}

async function readAnnData(store: Store, at: string) {
  const counts = await matrix(store, `${at}X`);
  const obs = await open(store, `${at}obs`, "group");
  const { _index: index, "column-order": columns = [] } = obs.attrs as {
    _index: string;
    "column-order"?: string[];
  };
  const spotNames = await strings(store, `${at}obs/${index}`);
  const genes = await open(store, `${at}var`, "group");
  const geneNames = await strings(store, `${at}var/${(genes.attrs as { _index: string })._index}`);
  const labels = columns.includes("cell_type") ? await strings(store, `${at}obs/cell_type`) : undefined;
  const spatial = at === "" ? await numbers(store, "obsm/spatial") : [];
  const width = spatial.length / counts.length;
  const coordinates = counts.map((_, i) => spatial.slice(i * width, (i + 1) * width));
  const plain = tinyAnnData(counts, {
    format: 2,
    spotNames,
    dataType: "float64",
    ...(labels && { labels }),
    ...(at === "" && { coordinates }),
  });
  writeNames(plain, "var", geneNames);
  return { counts, spotNames, geneNames, files: plain.files };
}

function writeNames(plain: TinyZarr, at: string, names: readonly string[]): void {
  plain.array(`${at}/_index`, {
    type: "string",
    shape: [names.length],
    values: names,
    attributes: { "encoding-type": "string-array", "encoding-version": "0.2.0" },
  });
}

async function matrix(store: Store, path: string): Promise<number[][]> {
  const node = await open(store, path);
  if (node.kind === "array") {
    const values = await numbers(store, path);
    const [height, width] = node.shape;
    return Array.from({ length: height }, (_, i) => values.slice(i * width, (i + 1) * width));
  }
  const { "encoding-type": encoding, shape } = node.attrs as {
    "encoding-type": string;
    shape: [number, number];
  };
  const rows = Array.from({ length: shape[0] }, () => new Array<number>(shape[1]).fill(0));
  const [data, indices, indptr] = await Promise.all(
    ["data", "indices", "indptr"].map((name) => numbers(store, `${path}/${name}`)),
  );
  for (let line = 0; line + 1 < indptr.length; line++) {
    for (let at = indptr[line]; at < indptr[line + 1]; at++) {
      const [row, column] = encoding === "csr_matrix" ? [line, indices[at]] : [indices[at], line];
      rows[row][column] += data[at];
    }
  }
  return rows;
}

async function readShapes(store: Store, path: string) {
  const parquet = await store.get(`/${path}/shapes.parquet`);
  if (parquet) {
    const file = parquet.slice().buffer as ArrayBuffer;
    const buffer: AsyncBuffer = { byteLength: file.byteLength, slice: (from, to) => file.slice(from, to) };
    const rows = await parquetReadObjects({ file: buffer, compressors });
    return {
      keys: rows.map((row) => Number(row.__index_level_0__)),
      geometries: rows.map((row) => ({
        kind: "point" as const,
        at: row.geometry.coordinates as [number, number],
      })),
    };
  }
  const at = await numbers(store, `${path}/coords`);
  const keys = await numbers(store, `${path}/Index`);
  return {
    keys,
    geometries: keys.map((_, i) => ({
      kind: "point" as const,
      at: [at[2 * i], at[2 * i + 1]] as [number, number],
    })),
  };
}

async function numbers(store: Store, path: string): Promise<number[]> {
  const node = await open(store, path, "array");
  if (node.kind !== "array") throw new Error(`${path} is a group`);
  const { data, stride, shape } = await zarr.get(node);
  const flat = Array.from(data as ArrayLike<number | bigint>, Number);
  if (shape.length < 2 || stride[1] === 1) return flat;
  return Array.from(
    { length: shape[0] * shape[1] },
    (_, i) => flat[Math.floor(i / shape[1]) * stride[0] + (i % shape[1]) * stride[1]],
  );
}

/** A column of text, or of codes and categories. */
async function strings(store: Store, path: string): Promise<string[]> {
  const node = await open(store, path);
  if (node.kind === "array") return Array.from((await zarr.get(node)).data as ArrayLike<string>, String);
  const categories = await strings(store, `${path}/categories`);
  return (await numbers(store, `${path}/codes`)).map((code) => categories[code]);
}

async function open<K extends "array" | "group">(store: Store, path: string, kind?: K) {
  const location = path === "" ? zarr.root(store) : zarr.root(store).resolve(path);
  const isThird = (await store.get(`/${path === "" ? "" : `${path}/`}zarr.json`)) !== undefined;
  const openOne = isThird ? zarr.open.v3 : zarr.open.v2;
  return openOne(location, { kind } as { kind: K });
}
