/**
 * Matrices and folders of instruments' own software, shown as AnnData stores where they lie.
 *
 * @example
 * import { vendorStore } from "@flashdeconv/io-vendor";
 * import { openSpatial } from "@flashdeconv/io-zarr";
 *
 * // `matrix` is the store of filtered_feature_bc_matrix.h5, as `hdf5Store` of "@flashdeconv/io-h5" opens it.
 * const section = await openSpatial(await vendorStore(matrix));
 * console.log(section.geneNames.length);
 */

export { type FindOptions, type FolderInput, findInFolder } from "./formats/find-in-folder.js";
export { isVendorMatrix, type VendorFolder, vendorStore } from "./vendor-store.js";
