import { stat } from "node:fs/promises";
import { join } from "node:path";
import { OptionError } from "@flashdeconv/core";
import { openLocation, type StoreAccess, type StoreLocation } from "@flashdeconv/stores";
import { directoryStore, isRemote, localPath } from "@flashdeconv/stores/node/internal";
import { type FindOptions, findInFolder } from "../formats/find-in-folder.js";
import { isVendorMatrix } from "../vendor-store.js";
import type { VendorLocation } from "./vendor-opener.js";

/** What a path or URL turned out to be. */
export interface FoundInput {
  readonly location: StoreLocation | string;
  /** In words, as in "Visium"; undefined for a store that needs no translation. */
  readonly called: string | undefined;
}

/** Documents at the root of a Zarr store: a folder with one is no vendor's. */
const ZARR = ["zarr.json", ".zgroup", ".zmetadata", ".zattrs"];

/**
 * Finds out what lies at a path or URL, by what is in it. What is neither a vendor's file nor a vendor's folder is left to the openers of stores,
 * as it was given.
 *
 * @throws FormatError where a vendor's folder or file is incomplete, or of a kind without counts of genes; OptionError for `bin` where there are no
 *   such bins; StoreError where reading fails
 */
export async function findInput(
  given: string,
  access: StoreAccess = {},
  options: FindOptions = {},
): Promise<FoundInput> {
  const path = localPath(given);
  const kind = isRemote(path) ? "remote" : await kindOf(path);
  const found = kind === "folder" ? await inFolder(path, access, options) : undefined;
  if (found) return found;
  if (options.bin !== undefined) {
    throw new OptionError({
      option: "bin",
      value: options.bin,
      rule: "left out for what is not an output folder of Visium HD",
      remedy: "Leave it out, or give the folder that holds binned_outputs.",
    });
  }
  const isMatrix = kind === "file" || (kind === "remote" && /\.(h5|zarr\.zip)([?#].*)?$/i.test(path));
  if (!isMatrix || !(await holdsMatrix(given, access, options)))
    return { location: given, called: undefined };
  const location: VendorLocation = { opener: "vendor", matrix: given };
  return { location, called: "a matrix of 10x's software" };
}

async function inFolder(
  path: string,
  access: StoreAccess,
  options: FindOptions,
): Promise<FoundInput | undefined> {
  const folder = directoryStore(path, access.mostBytes);
  const names = await folder.list("/");
  if (names.some((name) => ZARR.includes(name))) return undefined;
  const input = await findInFolder(folder, options);
  if (!input) return undefined;
  const matrix = join(path, input.matrix);
  const location: VendorLocation = { opener: "vendor", matrix, folder: { path, input } };
  return { location, called: input.called };
}

async function kindOf(path: string): Promise<"folder" | "file" | undefined> {
  try {
    const stats = await stat(path);
    return stats.isDirectory() ? "folder" : stats.isFile() ? "file" : undefined;
  } catch {
    // The opener of stores says what is wrong with the path.
    return undefined;
  }
}

async function holdsMatrix(given: string, access: StoreAccess, options: FindOptions): Promise<boolean> {
  const store = await openLocation(given, access);
  try {
    return await isVendorMatrix(store, options);
  } finally {
    await store.close();
  }
}
