import {
  type OpenStore,
  openLocation,
  registerOpeners,
  type StagedStore,
  type StoreAccess,
  type StoreLocation,
} from "@flashdeconv/stores";
import * as places from "@flashdeconv/stores/node";
import { type RefuseToReplace, useNodeCodecs } from "@flashdeconv/stores/node/internal";
import { CONVERTED, foreignPart, ownKind } from "../write/foreign-part.js";
import { ZARR } from "../zarr-format.js";
import { converted, moreThanConverted, notConverted, notOurs } from "./not-ours.js";

const OPENERS = places.nodeOpeners(ZARR);

export interface EditStoreOptions extends Pick<places.EditStoreOptions, "lock"> {
  /** The group that will be changed, such as the table of a container: seen to be writable at once. The root by default. */
  readonly group?: string;
}

export interface CreateStoreOptions
  extends Omit<places.CreateStoreOptions, "format" | "overwrite" | "describe"> {
  /** Replace a Zarr store that is already there. False by default. */
  readonly overwrite?: boolean;
  /**
   * Which stores may be replaced: any; only those that flashdeconv wrote, all of it ("own"), none of which is a conversion; or only conversions
   * in which nothing else is ("conversion"). "any" by default.
   */
  readonly replaceable?: "any" | "own" | "conversion";
}

/**
 * Registers, for `openLocation`, what opens Zarr stores in Node, and hands Node's codecs to all formats. `openStore` does so by itself; each
 * thread that is sent locations calls it once.
 */
export function registerNodeOpeners(): void {
  useNodeCodecs();
  registerOpeners(OPENERS);
}

/**
 * Opens the Zarr store at a path or URL (`file`, `http`, `https`, `s3`, `gs`, `az`): a folder, or a `.zip` of one.
 * Credentials are looked up in the environment, for S3 in the AWS files as well. A folder that a killed run has left half changed is
 * made whole first.
 *
 * Other locations are opened too whose openers are registered (`openLocation`).
 *
 * Throws StoreError where there is nothing, something else, or no permission to read it, saying what was found;
 * OptionError for an `access` that cannot be.
 */
export function openStore(location: StoreLocation | string, access?: StoreAccess): Promise<OpenStore> {
  registerNodeOpeners();
  return openLocation(location, access);
}

/**
 * Opens a new Zarr store for writing, at a path or below a key of an object store: `createStore` of `@flashdeconv/stores/node`.
 *
 * @throws StoreError as it does, and where only flashdeconv's own stores may be replaced and what is there is not one
 */
export function createStore(
  location: string,
  { overwrite = false, replaceable = "any", ...options }: CreateStoreOptions = {},
): Promise<StagedStore> {
  useNodeCodecs();
  if (replaceable === "any") {
    return places.createStore(location, { ...options, format: ZARR, describe: ownKind, overwrite });
  }
  const refuse = replaceable === "own" ? refuseForeign : refuseUnconverted;
  return places.createStore(location, {
    ...options,
    format: ZARR,
    overwrite: overwrite && refuse,
    async describe(store, name) {
      await refuse(store, name);
      return ownKind(store);
    },
  });
}

/** Opens the Zarr store that is a folder for changes in place: `editStore` of `@flashdeconv/stores/node`. */
export function editStore(
  location: string,
  { group = "", lock }: EditStoreOptions = {},
): Promise<StagedStore> {
  useNodeCodecs();
  const folders = ["", "obs", "obsm", "uns"].map((name) => [group, name].filter(Boolean).join("/"));
  return places.editStore(location, { format: ZARR, folders, lock });
}

const refuseForeign: RefuseToReplace = async (store, name) => {
  const foreign = await foreignPart(store);
  if (!foreign) return;
  throw (await ownKind(store)) === CONVERTED ? converted(name) : notOurs(name, foreign);
};

const refuseUnconverted: RefuseToReplace = async (store, name) => {
  const kind = await ownKind(store);
  if (kind !== CONVERTED) throw notConverted(name, kind);
  const foreign = await foreignPart(store, { isConversion: true });
  if (foreign) throw moreThanConverted(name, foreign);
};
