import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { openArrays } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import type { AnnDataParts, Column } from "../overlay/anndata-tree.js";

/** How the parts of a 10x matrix are called: since Cell Ranger 3, and before it. */
export interface TenxLayout {
  /** The group that holds the matrix. */
  readonly group: string;
  readonly names: string;
  readonly ids: string;
  readonly kinds?: string;
}

const SPARSE = ["data", "indices", "indptr", "shape", "barcodes"];

/**
 * The layout of a file that Cell Ranger or Space Ranger wrote, by its names alone; undefined for a file of another kind.
 *
 * @throws FormatError for one of these that is not a matrix of genes, or holds several
 */
export async function findTenxLayout(
  store: ReadableStore,
  options: ReadOptions = {},
): Promise<TenxLayout | undefined> {
  const list = async (path: string) => new Set(await store.list?.(`/${path}`, options));
  const roots = await list("");
  if (roots.has("matrix")) {
    const names = await list("matrix");
    if (!SPARSE.every((name) => names.has(name))) return undefined;
    const features = await list("matrix/features");
    if (features.has("filtered_probes")) throw probes();
    if (features.has("name")) {
      const kinds = features.has("feature_type") ? "matrix/features/feature_type" : undefined;
      return { group: "matrix", names: "matrix/features/name", ids: "matrix/features/id", kinds };
    }
  }
  const genomes: string[] = [];
  for (const root of [...roots].slice(0, MOST_GENOMES)) {
    const names = await list(root);
    if (SPARSE.every((name) => names.has(name)) && names.has("gene_names") && names.has("genes"))
      genomes.push(root);
  }
  if (genomes.length > 1) {
    throw new FormatError({
      path: "/",
      found: `matrices of ${numbered(genomes.length, "genome")} (${genomes.slice(0, 5).join(", ")})`,
      expected: "one matrix",
      remedy:
        "Write the genome you want to a file of its own, for instance with scanpy.read_10x_h5(..., genome=...).",
    });
  }
  const [genome] = genomes;
  return genome === undefined
    ? undefined
    : { group: genome, names: `${genome}/gene_names`, ids: `${genome}/genes` };
}

const MOST_GENOMES = 50;

/** The parts of that matrix. It is stored by barcode: features x barcodes by column is barcodes x features by row. */
export async function tenxParts(
  store: ReadableStore,
  { group, names, ids, kinds }: TenxLayout,
  { signal }: ReadOptions = {},
): Promise<AnnDataParts & { readonly spotCount: number }> {
  const at = (path: string): Column => ({ of: store, path });
  const arrays = await openArrays(store, { signal });
  const make = (length: number) => new Float64Array(length);
  const [featureCount, spotCount] = await arrays.readNumbers(`${group}/shape`, 2, make, { signal });
  return {
    spotCount,
    matrix: {
      encoding: "csr_matrix",
      shape: [spotCount, featureCount],
      data: at(`${group}/data`),
      indices: at(`${group}/indices`),
      indptr: at(`${group}/indptr`),
    },
    spotNames: at(`${group}/barcodes`),
    geneNames: at(names),
    var: { gene_ids: at(ids), ...(kinds !== undefined && { feature_types: at(kinds) }) },
  };
}

function probes(): FormatError {
  return new FormatError({
    path: "matrix/features/filtered_probes",
    found: "counts of probes",
    expected: "counts of genes",
    remedy: "Give filtered_feature_bc_matrix.h5 of the same run.",
  });
}
