import { FormatError } from "@flashdeconv/core";
import { openArrays, readMatrix, storeBelow } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES, readKey } from "@flashdeconv/stores/internal";
import type { AnnDataParts, Column } from "../overlay/anndata-tree.js";

const GROUP = "cell_features";

export async function isXeniumZarr(store: ReadableStore, { signal }: ReadOptions = {}): Promise<boolean> {
  const read = (name: string) => readKey(store, `/${GROUP}/${name}`, { signal, most: MOST_DOCUMENT_BYTES });
  return (await read(".zgroup")) !== undefined && (await read(".zattrs")) !== undefined;
}

/**
 * The parts of Xenium's `cell_feature_matrix.zarr.zip`: genes x cells by row, which is cells x genes by column.
 *
 * @throws FormatError where its attributes are not as Xenium writes them
 */
export async function xeniumParts(
  store: ReadableStore,
  { signal }: ReadOptions = {},
): Promise<AnnDataParts & { readonly spotCount: number }> {
  const { attributes } = await openArrays(storeBelow(store, GROUP), { signal });
  const list = (name: string): string[] => {
    const value = attributes[name];
    if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
    throw broken(name, value);
  };
  const cellCount = attributes.number_cells;
  if (!(Number.isSafeInteger(cellCount) && Number(cellCount) >= 0)) throw broken("number_cells", cellCount);
  const spotCount = Number(cellCount);
  const genes = list("feature_keys");
  const at = (name: string): Column => ({ of: store, path: `${GROUP}/${name}` });
  const texts = (names: readonly string[]): Column => ({
    make: async () => ({ shape: [names.length], names }),
  });
  return {
    spotCount,
    matrix: {
      encoding: "csc_matrix",
      shape: [spotCount, genes.length],
      data: at("data"),
      indices: at("indices"),
      indptr: at("indptr"),
    },
    spotNames: {
      make: async () => ({ shape: [spotCount], names: await cellNames(store, spotCount, signal) }),
    },
    geneNames: texts(genes),
    var: { gene_ids: texts(list("feature_ids")), feature_types: texts(list("feature_types")) },
  };
}

/** Names of cells are two numbers: eight letters from a to p, one for each four bits of the first, then the second. */
async function cellNames(store: ReadableStore, count: number, signal?: AbortSignal): Promise<string[]> {
  const { values, dimension } = await readMatrix(store, `${GROUP}/cell_id`, { signal });
  if (values.length !== count * dimension || dimension < 1) throw broken("cell_id", values.length);
  return Array.from({ length: count }, (_, cell) => {
    const prefix = values[cell * dimension];
    // Before version 1.3 a cell's name is a plain number.
    return dimension === 1 ? String(prefix) : `${letters(prefix)}-${values[cell * dimension + 1]}`;
  });
}

function letters(prefix: number): string {
  const hex = prefix.toString(16).padStart(8, "0");
  return Array.from(hex, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16))).join("");
}

function broken(name: string, value: unknown): FormatError {
  return new FormatError({
    path: `${GROUP}/${name}`,
    found: JSON.stringify(value)?.slice(0, 60) ?? "nothing",
    expected: "what Xenium writes: numbers of cells, and lists of names of features",
    remedy: "Give cell_feature_matrix.zarr.zip as the instrument wrote it, or cell_feature_matrix.h5.",
  });
}
