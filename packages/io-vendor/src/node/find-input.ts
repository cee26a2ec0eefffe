import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { inStore } from "@flashdeconv/io-zarr/internal";
import { type OpenStore, openLocation, type StoreAccess } from "@flashdeconv/stores";
import { isRemote, localPath } from "@flashdeconv/stores/node/internal";
import { isCellTable } from "../cells/cell-tables.js";
import type { FindOptions } from "../formats/folder-input.js";
import { refuseOtherHdf5 } from "../formats/other-hdf5.js";
import { isVendorMatrix } from "../vendor-store.js";
import { findBeside } from "./find-beside.js";
import { findFolder } from "./find-folder.js";
import { findRemote } from "./find-remote-folder.js";
import { findGefInput, findGem, refuseBin, refuseCells } from "./find-stereo.js";
import type { FoundInput } from "./found-input.js";
import { showVendor, type VendorLocation } from "./vendor-opener.js";

const MATRIX_OF_TEXT = /(^|_)matrix\.mtx(\.gz)?$/;

/**
 * Finds out what lies at a path or URL, by what is in it. What is neither a vendor's file nor a vendor's folder is left to the openers of stores,
 * as it was given. A file that was opened for that stays open (`opened`).
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
  // A table of counts, or a matrix as text, says nothing without what lies beside it.
  const isPart = isCellTable(basename(path)) || MATRIX_OF_TEXT.test(basename(path));
  const place = kind === "file" && isPart ? dirname(path) : path;
  const folder = kind === "folder" || place !== path ? await findFolder(place, access, options) : undefined;
  if (folder) return folder;
  const beside =
    kind === "file" ? await findBeside(dirname(path), basename(path), { access, options }) : undefined;
  if (beside) return beside;
  const gem = kind === "file" ? await findGem(path, options.bin) : undefined;
  if (gem) {
    refuseCells(options.cells);
    return gem;
  }
  const mayBeMatrix =
    kind === "file" || (kind === "remote" && /\.(h5\w*|hdf5?|gef|zarr\.zip)([?#].*)?$/i.test(path));
  if (mayBeMatrix) return inFile(given, access, options);
  // What is called a Zarr store is not looked at for anything else.
  if (kind === "remote" && !/\.zarr\b/i.test(path)) return findRemote(given, access, options);
  refuseCells(options.cells);
  refuseBin(options.bin);
  return { location: given, called: undefined };
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

async function inFile(given: string, access: StoreAccess, options: FindOptions): Promise<FoundInput> {
  const store = await openLocation(given, access);
  let isHandedOn = false;
  try {
    const found = await inStoreOf(store, given, { access, options });
    isHandedOn = found.opened !== undefined;
    return found;
  } finally {
    if (!isHandedOn) await store.close();
  }
}

async function inStoreOf(
  store: OpenStore,
  given: string,
  { access, options }: { readonly access: StoreAccess; readonly options: FindOptions },
): Promise<FoundInput> {
  const gef = await inStore(store, () => findGefInput(given, store, access, options));
  // Cells are read where they lie.
  if (gef?.location !== undefined) return gef;
  refuseCells(options.cells);
  if (gef) return gef;
  refuseBin(options.bin);
  if (await inStore(store, () => isVendorMatrix(store, options))) {
    const location: VendorLocation = { opener: "vendor", matrix: given };
    const opened = await showVendor(store, location, access);
    return { location, called: "a matrix of 10x's software", opened };
  }
  // Only a store of an HDF5 file tells where its chunks lie.
  if ("index" in store) await inStore(store, () => refuseOtherHdf5(store, given, options));
  return { location: given, called: "index" in store ? "AnnData in an HDF5 file" : undefined, opened: store };
}
