/**
 * Matrices and folders of instruments' own software, shown as AnnData stores where they lie.
 *
 * @example
 * import { isVendorMatrix } from "@flashdeconv/io-vendor";
 * import { memoryStore } from "@flashdeconv/stores";
 *
 * // What it says yes to, `vendorStore` makes an AnnData store of, for `openSpatial`.
 * console.log(await isVendorMatrix(memoryStore())); // false
 */

export { type FindOptions, type FolderInput, findInFolder } from "./formats/find-in-folder.js";
export { isVendorMatrix, type VendorFolder, vendorStore } from "./vendor-store.js";
