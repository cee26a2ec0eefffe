import type { OpenStore, StoreAccess, StoreFormat } from "../src/index.js";
import { openLocation, registerOpeners } from "../src/index.js";
import * as node from "../src/node.js";

/** A format with the names that Zarr has. */
export const FORMAT: StoreFormat = {
  name: "Zarr",
  extension: ".zarr",
  rootDocuments: ["zarr.json", ".zgroup", ".zmetadata", ".zarray"],
  documents: [".zattrs", ".zarray", ".zmetadata", ".zgroup", "zarr.json"],
};

type Without<T> = Omit<T, "format">;

export const createStore = (location: string, options?: Without<node.CreateStoreOptions>) =>
  node.createStore(location, { ...options, format: FORMAT });

export const editStore = (location: string, options?: Without<node.EditStoreOptions>) =>
  node.editStore(location, { ...options, format: FORMAT });

export function openStore(location: string, access?: StoreAccess): Promise<OpenStore> {
  registerOpeners(node.nodeOpeners(FORMAT));
  return openLocation(location, access);
}
