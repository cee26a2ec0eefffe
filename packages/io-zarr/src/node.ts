/**
 * Zarr stores on the local disk and behind URLs, for Node.
 *
 * @example
 * import { writeAnnData } from "@flashdeconv/io-zarr";
 * import { createStore } from "@flashdeconv/io-zarr/node";
 *
 * const store = await createStore("result.zarr", { overwrite: true });
 * await writeAnnData(store, { spotCount: 1, spotNames: ["spot-1"], geneNames: [] });
 */

export {
  type CreateStoreOptions,
  createStore,
  type EditStoreOptions,
  editStore,
  openStore,
  registerNodeOpeners,
} from "./node/zarr-stores.js";
