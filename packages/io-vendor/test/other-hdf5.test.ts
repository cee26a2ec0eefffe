import { expect, it } from "vitest";
import { refuseOtherHdf5 } from "../src/formats/other-hdf5.js";
import { folderOf } from "./tiny-tenx.js";

it.each([
  [["matrix/.zarray", "row_attrs/Gene", "col_attrs/CellID"], "a loom file", /read_loom\("my cells\.loom"\)/],
  [
    ["assays/RNA", "cell.names", "meta.data"],
    "Seurat's HDF5 (.h5Seurat)",
    /LoadH5Seurat\("my cells\.h5Seurat"\)/,
  ],
  [
    ["mod/rna/X", "obs/_index", "var/_index"],
    "MuData (.h5mu), which holds several AnnData objects",
    /mod\["rna"\]/,
  ],
  [["barcode_idx", "umi", "count"], "molecules one by one (molecule_info.h5)", /filtered_feature_bc_matrix/],
  [["feature_slices/0"], "pictures of genes (feature_slice.h5)", /the folder/],
])("HDF5 with %j is refused by its name, with what makes one of ours of it", async (names, found, remedy) => {
  const store = folderOf(Object.fromEntries(names.map((name) => [name, ""])));
  await expect(refuseOtherHdf5(store, "/data/my cells.h5")).rejects.toMatchObject({
    tag: "FormatError",
    found,
    remedy: expect.stringMatching(remedy),
  });
});

it("AnnData is not refused", async () => {
  const store = folderOf({ "X/data": "", "obs/_index": "", "var/_index": "" });
  await expect(refuseOtherHdf5(store, "a.h5ad")).resolves.toBeUndefined();
});
