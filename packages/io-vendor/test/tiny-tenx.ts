import type { ListedStore } from "@flashdeconv/stores";
import { strings, writeSparse } from "../../io-zarr/test/read-tiny-anndata.js";
import { TinyZarr } from "../../io-zarr/test/read-tiny-zarr.js";

/** Spots x features. */
export const ROWS = [
  [1, 0, 4, 9],
  [0, 2, 0, 8],
  [3, 0, 0, 7],
];
export const GENES = ["Actb", "Snap25", "Gfap"];
export const SPOTS = ["AAA-1", "CCC-1", "GGG-1"];

export interface TenxOptions {
  readonly spots?: readonly string[];
  /** Cell Ranger 2 and before. */
  readonly isOld?: boolean;
  readonly kinds?: readonly string[];
}

/** What an HDF5 file of Cell Ranger shows as a Zarr store: three genes and an antibody. */
export function tenx({ spots = SPOTS, isOld = false, kinds }: TenxOptions = {}): TinyZarr {
  const zarr = new TinyZarr(2);
  zarr.group("");
  const group = isOld ? "mm10" : "matrix";
  const entries = ROWS.map((row) => row.flatMap((value, j) => (value === 0 ? [] : [[j, value] as const])));
  const indptr = [0];
  for (const row of entries) indptr.push(indptr[indptr.length - 1] + row.length);
  writeSparse(zarr, group, "", [ROWS.length, 4], {
    data: entries.flat().map(([, value]) => value),
    indices: entries.flat().map(([j]) => j),
    indptr,
    dataType: "int32",
    indexType: "int64",
  });
  zarr.group(group);
  zarr.array(`${group}/shape`, { type: "int32", shape: [2], values: [4, ROWS.length] });
  strings(zarr, `${group}/barcodes`, spots);
  const names = [...GENES, "CD3"];
  const ids = names.map((name) => `ENS-${name}`);
  if (isOld) {
    strings(zarr, `${group}/gene_names`, names);
    strings(zarr, `${group}/genes`, ids);
    return zarr;
  }
  zarr.group("matrix/features");
  strings(zarr, "matrix/features/name", names);
  strings(zarr, "matrix/features/id", ids);
  const all = [...GENES.map(() => "Gene Expression"), "Antibody Capture"];
  strings(zarr, "matrix/features/feature_type", kinds ?? all);
  return zarr;
}

/** A folder of files in memory. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): ListedStore {
  const bytes = new Map(
    Object.entries(files).map(([path, text]) => [
      `/${path}`,
      typeof text === "string" ? new TextEncoder().encode(text) : text,
    ]),
  );
  return {
    get: async (key) => bytes.get(key),
    list: async (path) => {
      const prefix = path === "/" ? "/" : `${path}/`;
      const below = [...bytes.keys()].filter((key) => key.startsWith(prefix));
      return [...new Set(below.map((key) => key.slice(prefix.length).split("/")[0]))];
    },
  };
}
