/**
 * Stores on the local disk, for Node.
 *
 * @example
 * import { writeAnnData } from "@flashdeconv/io-zarr";
 * import { createStore } from "@flashdeconv/io-zarr/node";
 *
 * const store = await createStore("result.zarr", { overwrite: true });
 * await writeAnnData(store, { spotCount: 1, spotNames: ["spot-1"], geneNames: [] });
 */

export { type CreateStoreOptions, createStore } from "./node/create-store.js";
export { type EditStoreOptions, editStore } from "./node/edit-store.js";
export { type OpenStore, openStore } from "./node/open-store.js";
