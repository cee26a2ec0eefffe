import type { ReadableStore } from "@flashdeconv/stores";
import type { Attributes, MadeArray } from "./made-array.js";
import type { OverlayNode, OverlayTree } from "./overlay-store.js";

/** Where a column of a table lies, or how it is made. */
export type Column = { readonly of: ReadableStore; readonly path: string } | { make(): Promise<MadeArray> };

/** What an AnnData store is made of here. */
export interface AnnDataParts {
  /** Spots (or cells) x genes, compressed by `encoding`; three arrays of a store. */
  readonly matrix: {
    readonly encoding: "csr_matrix" | "csc_matrix";
    readonly shape: readonly [number, number];
    readonly data: Column;
    readonly indices: Column;
    readonly indptr: Column;
  };
  readonly spotNames: Column;
  readonly geneNames: Column;
  readonly obs?: Readonly<Record<string, Column>>;
  readonly var?: Readonly<Record<string, Column>>;
  /** Spots x 2, x then y. */
  readonly coordinates?: Column;
  /** Numbers of `uns/spatial/<library>/scalefactors`. */
  readonly scale?: { readonly library: string; readonly factors: Readonly<Record<string, number>> };
}

/** The nodes of an AnnData store with these parts, as anndata 0.8 lays them out in Zarr v2. */
export function annDataTree({ matrix, ...parts }: AnnDataParts): OverlayTree {
  const tree = new Map<string, OverlayNode>();
  const group = (path: string, type: string, attributes: Attributes = {}, version = "0.1.0") =>
    tree.set(path, {
      kind: "group",
      attributes: { "encoding-type": type, "encoding-version": version, ...attributes },
    });
  const table = (path: string, index: Column, columns: Readonly<Record<string, Column>> = {}) => {
    group(path, "dataframe", { _index: "_index", "column-order": Object.keys(columns) }, "0.2.0");
    for (const [name, column] of Object.entries({ ...columns, _index: index }))
      tree.set(`${path}/${name}`, nodeOf(column));
  };
  group("", "anndata");
  group("X", matrix.encoding, { shape: matrix.shape });
  tree.set("X/data", nodeOf(matrix.data));
  tree.set("X/indices", nodeOf(matrix.indices));
  tree.set("X/indptr", nodeOf(matrix.indptr));
  table("obs", parts.spotNames, parts.obs);
  table("var", parts.geneNames, parts.var);
  for (const path of ["obsm", "uns", "layers"]) group(path, "dict");
  if (parts.coordinates) tree.set("obsm/spatial", nodeOf(parts.coordinates, "array"));
  if (parts.scale) {
    const { library, factors } = parts.scale;
    const place = `uns/spatial/${library}/scalefactors`;
    for (const path of ["uns/spatial", `uns/spatial/${library}`, place]) group(path, "dict");
    for (const [name, value] of Object.entries(factors)) {
      const make = async () => ({ shape: [], values: Float64Array.of(value) });
      tree.set(`${place}/${name}`, nodeOf({ make }, "numeric-scalar"));
    }
  }
  return tree;
}

function nodeOf(column: Column, type?: string): OverlayNode {
  if ("of" in column) return { kind: "alias", ...column };
  const attributes = { "encoding-type": type ?? "array", "encoding-version": "0.2.0" };
  return { kind: "made", attributes, make: column.make };
}
