/**
 * Matrices and folders of instruments' own software, shown as AnnData stores where they lie.
 *
 * @example
 * import { findInFolder } from "@flashdeconv/io-vendor";
 *
 * const names = ["outs/filtered_feature_bc_matrix.h5", "outs/spatial/tissue_positions.csv"];
 * const folder = {
 *   get: async () => undefined,
 *   list: async (path: string) => {
 *     const start = path === "/" ? path : `${path}/`;
 *     const below = names.map((name) => `/${name}`).filter((name) => name.startsWith(start));
 *     return [...new Set(below.map((name) => name.slice(start.length).split("/")[0]))];
 *   },
 * };
 * console.log((await findInFolder(folder))?.called); // Visium
 */

export { findInFolder } from "./formats/find-in-folder.js";
export type { FindOptions, FolderInput } from "./formats/folder-input.js";
export { isVendorMatrix, type VendorFolder, vendorStore } from "./vendor-store.js";
export { findPageInput, registerPageVendorOpener } from "./web/page-input.js";
