import { FormatError } from "@flashdeconv/core";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";

interface OtherKind {
  readonly found: string;
  /** Names at the root that only such a file has. */
  readonly names: readonly string[];
  remedy(stem: string): string;
}

const OTHERS: readonly OtherKind[] = [
  {
    found: "a loom file",
    names: ["matrix", "row_attrs", "col_attrs"],
    remedy: (stem) => `In Python: scanpy.read_loom("${stem}.loom").write_h5ad("${stem}.h5ad").`,
  },
  {
    found: "Seurat's HDF5 (.h5Seurat)",
    names: ["assays", "cell.names"],
    remedy: (stem) =>
      `In R: x <- SeuratDisk::LoadH5Seurat("${stem}.h5Seurat"); anndataR::write_h5ad(x, "${stem}.h5ad").`,
  },
  {
    found: "MuData (.h5mu), which holds several AnnData objects",
    names: ["mod", "obs", "var"],
    remedy: (stem) => `In Python: mudata.read("${stem}.h5mu").mod["rna"].write_h5ad("${stem}.h5ad").`,
  },
  {
    found: "molecules one by one (molecule_info.h5)",
    names: ["barcode_idx", "umi"],
    remedy: () => "Give filtered_feature_bc_matrix.h5 of the same run.",
  },
  {
    found: "pictures of genes (feature_slice.h5)",
    names: ["feature_slices"],
    remedy: () => "Give the folder of Space Ranger that it lies in.",
  },
];

/** Throws FormatError for an HDF5 file of a kind that people have beside those that are read, saying how to make one of these of it. */
export async function refuseOtherHdf5(
  store: ReadableStore,
  given: string,
  options: ReadOptions = {},
): Promise<void> {
  const names = new Set(await store.list?.("/", options));
  const other = OTHERS.find((kind) => kind.names.every((name) => names.has(name)));
  if (!other) return;
  const stem = given
    .replace(/[?#].*$/s, "")
    .replace(/^.*[/\\]/, "")
    .replace(/\.\w+$/, "");
  throw new FormatError({
    path: "/",
    found: other.found,
    expected: "AnnData (.h5ad), a matrix of 10x's software, or bins or cells of Stereo-seq",
    remedy: other.remedy(/^[\w .-]{1,80}$/.test(stem) ? stem : "cells"),
  });
}
