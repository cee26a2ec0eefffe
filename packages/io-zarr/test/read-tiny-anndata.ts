import { type TinyType, TinyZarr } from "./read-tiny-zarr.js";

/** A matrix as rows of numbers. */
export type Rows = readonly (readonly number[])[];

export interface TinyAnnDataOptions {
  readonly format?: 2 | 3;
  readonly encoding?: "csr" | "csc" | "dense";
  readonly dataType?: TinyType;
  readonly indexType?: TinyType;
  /** Items per stored chunk of data and indices; rows and columns per chunk of a dense matrix. */
  readonly chunkLength?: number;
  readonly spotNames?: readonly string[];
  readonly coordinates?: readonly (readonly number[])[];
  readonly labels?: readonly string[];
}

/** An AnnData store of the given matrix: obs, var, X, and coordinates (a line of spots) in obsm/spatial. */
export function tinyAnnData(rows: Rows, options: TinyAnnDataOptions = {}): TinyZarr {
  const { format = 2, encoding = "csr" } = options;
  const width = rows[0]?.length ?? 0;
  const zarr = new TinyZarr(format);
  zarr.group("", { "encoding-type": "anndata", "encoding-version": "0.1.0" });
  const spotNames = options.spotNames ?? rows.map((_, i) => `spot-${i}`);
  const columns = options.labels ? ["cell_type"] : [];
  writeDataframe(zarr, "obs", spotNames, columns);
  writeDataframe(
    zarr,
    "var",
    Array.from({ length: width }, (_, j) => `gene-${j}`),
  );
  if (options.labels) strings(zarr, "obs/cell_type", options.labels);
  zarr.group("layers", { "encoding-type": "dict", "encoding-version": "0.1.0" });
  zarr.group("obsm", { "encoding-type": "dict", "encoding-version": "0.1.0" });
  const coordinates = options.coordinates ?? rows.map((_, i) => [i, 0]);
  zarr.array("obsm/spatial", {
    type: "float64",
    shape: [coordinates.length, coordinates[0]?.length ?? 2],
    values: coordinates.flat(),
    attributes: { "encoding-type": "array", "encoding-version": "0.2.0" },
  });
  writeMatrix(zarr, "X", rows, { ...options, encoding });
  return zarr;
}

export function writeDataframe(
  zarr: TinyZarr,
  path: string,
  names: readonly string[],
  columns: readonly string[] = [],
): void {
  zarr.group(path, {
    "encoding-type": "dataframe",
    "encoding-version": "0.2.0",
    _index: "_index",
    "column-order": columns,
  });
  strings(zarr, `${path}/_index`, names);
}

export function strings(zarr: TinyZarr, path: string, values: readonly string[], chunkLength?: number): void {
  zarr.array(path, {
    type: "string",
    shape: [values.length],
    chunks: [chunkLength ?? values.length],
    values,
    attributes: { "encoding-type": "string-array", "encoding-version": "0.2.0" },
  });
}

export function writeMatrix(
  zarr: TinyZarr,
  path: string,
  rows: Rows,
  options: Pick<TinyAnnDataOptions, "encoding" | "dataType" | "indexType" | "chunkLength">,
): void {
  const { encoding = "csr", dataType = "float32", indexType = "int32", chunkLength } = options;
  const shape = [rows.length, rows[0]?.length ?? 0];
  if (encoding === "dense") {
    const attributes = { "encoding-type": "array", "encoding-version": "0.2.0" };
    const chunks = chunkLength === undefined ? shape : [chunkLength, chunkLength];
    zarr.array(path, { type: dataType, shape, chunks, values: rows.flat(), attributes });
    return;
  }
  const lines =
    encoding === "csr" ? rows : Array.from({ length: shape[1] }, (_, j) => rows.map((row) => row[j]));
  const entries = lines.map((line) =>
    line.flatMap((value, index) => (value === 0 ? [] : [[index, value] as const])),
  );
  const indptr = [0];
  for (const line of entries) indptr.push(indptr[indptr.length - 1] + line.length);
  writeSparse(zarr, path, `${encoding}_matrix`, shape, {
    data: entries.flat().map(([, value]) => value),
    indices: entries.flat().map(([index]) => index),
    indptr,
    dataType,
    indexType,
    chunkLength,
  });
}

export interface SparseParts {
  readonly data: readonly number[];
  readonly indices: readonly number[];
  readonly indptr: readonly number[];
  readonly dataType?: TinyType;
  readonly indexType?: TinyType;
  readonly chunkLength?: number;
}

export function writeSparse(
  zarr: TinyZarr,
  path: string,
  encoding: string,
  shape: readonly number[],
  { data, indices, indptr, dataType = "float32", indexType = "int32", chunkLength }: SparseParts,
): void {
  zarr.group(path, { "encoding-type": encoding, "encoding-version": "0.1.0", shape });
  const chunks = [chunkLength ?? data.length];
  zarr.array(`${path}/data`, { type: dataType, shape: [data.length], chunks, values: data });
  zarr.array(`${path}/indices`, { type: indexType, shape: [indices.length], chunks, values: indices });
  zarr.array(`${path}/indptr`, {
    type: indexType,
    shape: [indptr.length],
    chunks: [chunkLength ?? indptr.length],
    values: indptr,
  });
}
