import type { OpenStore, StagedStore, StoreAccess } from "@flashdeconv/stores";
import * as places from "@flashdeconv/stores/node";
import { foreignPart } from "../write/foreign-part.js";
import { useNodeCodecs } from "./node-codecs.js";
import { notOurs } from "./not-ours.js";

export type { EditStoreOptions } from "@flashdeconv/stores/node";

export interface CreateStoreOptions extends Omit<places.CreateStoreOptions, "overwrite"> {
  /** Replace a Zarr store that is already there; "own": only one that flashdeconv wrote, all of it. False by default. */
  readonly overwrite?: boolean | "own";
}

/**
 * Opens the Zarr store at a path or URL (`file`, `http`, `https`, `s3`, `gs`, `az`): a folder, or a `.zip` of one.
 * Credentials are looked up in the environment, for S3 in the AWS files as well. A folder that a killed run has left half changed is
 * made whole first.
 *
 * Throws StoreError where there is nothing, something else, or no permission to read it, saying what was found;
 * OptionError for an `access` that cannot be.
 */
export function openStore(location: string, access?: StoreAccess): Promise<OpenStore> {
  useNodeCodecs();
  return places.openStore(location, access);
}

/**
 * Opens a new Zarr store for writing, at a path or below a key of an object store: `createStore` of `@flashdeconv/stores/node`.
 *
 * @throws StoreError as it does, and where `overwrite` is "own" and what is there is not flashdeconv's
 */
export function createStore(
  location: string,
  { overwrite, ...options }: CreateStoreOptions = {},
): Promise<StagedStore> {
  useNodeCodecs();
  return places.createStore(location, {
    ...options,
    overwrite: overwrite === "own" ? refuseForeign : overwrite,
  });
}

/** Opens the Zarr store that is a folder for changes in place: `editStore` of `@flashdeconv/stores/node`. */
export function editStore(location: string, options?: places.EditStoreOptions): Promise<StagedStore> {
  useNodeCodecs();
  return places.editStore(location, options);
}

const refuseForeign: places.RefuseToReplace = async (store, name) => {
  const foreign = await foreignPart(store);
  if (foreign) throw notOurs(name, foreign);
};
