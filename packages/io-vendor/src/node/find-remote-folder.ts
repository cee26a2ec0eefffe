import { FormatError, isFlashdeconvError, StoreError } from "@flashdeconv/core";
import { inStore } from "@flashdeconv/io-zarr/internal";
import {
  type ListedStore,
  type OpenStore,
  openLocation,
  type ReadableStore,
  type StoreAccess,
} from "@flashdeconv/stores";
import { locationBelow, remoteFolder } from "@flashdeconv/stores/node/internal";
import { findCellTables } from "../cells/cell-tables.js";
import { findInFolder } from "../formats/find-in-folder.js";
import { findMex } from "../formats/find-mex.js";
import type { FindOptions } from "../formats/folder-input.js";
import { refuseBin, refuseCells } from "./find-stereo.js";
import type { FoundInput } from "./found-input.js";
import { openVendor, type VendorLocation } from "./vendor-opener.js";

/** The matrices that are looked for where a service cannot list. */
const MATRICES = ["filtered_feature_bc_matrix.h5", "cell_feature_matrix.h5"];
/** What is looked for beside them, below the folder or one in it. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  "cell_feature_matrix.h5": ["cells.parquet", "cells.csv.gz"],
  spatial: [
    "tissue_positions.parquet",
    "tissue_positions.csv",
    "tissue_positions_list.csv",
    "scalefactors_json.json",
  ],
};
const PROBED = [...MATRICES, ...Object.values(BESIDE).flat()];
const SIGNATURE = [0x89, 0x48, 0x44, 0x46];

/**
 * What lies at a URL that is not a file's: a Zarr store, or what is read where it lies of a vendor's folder.
 *
 * @throws StoreError where it is neither, saying what was looked for; FormatError where the folder has to be copied first
 */
export async function findRemote(
  given: string,
  access: StoreAccess,
  options: FindOptions,
): Promise<FoundInput> {
  try {
    const opened = await openLocation(given, access);
    return await asItIs(given, opened, options);
  } catch (error) {
    if (!isNoStore(error)) throw error;
    const folder = await remoteFolder(given, access, PROBED);
    const { list } = folder;
    const files = list ? { ...folder, list } : probing(folder);
    // A service that may not be asked what there is has said so before.
    const root = await files.list("/", options).catch(() => {
      throw error;
    });
    const found = await findIn(given, files, { access, options });
    if (found) return found;
    if (error.status !== undefined) throw error;
    throw notFound(error, list ? root : undefined);
  }
}

async function asItIs(given: string, opened: OpenStore, { bin, cells }: FindOptions): Promise<FoundInput> {
  try {
    refuseCells(cells);
    refuseBin(bin);
    return { location: given, called: undefined, opened };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function findIn(
  given: string,
  files: ListedStore,
  { access, options }: { readonly access: StoreAccess; readonly options: FindOptions },
): Promise<FoundInput | undefined> {
  const input = await inStore(files, () => findInFolder(files, options));
  if (!input) {
    const names = await files.list("/", options);
    const called = findCellTables(names)?.called ?? (findMex(names) && "a matrix in Market Exchange");
    if (called !== undefined) throw toBeCopied(files, called);
    return undefined;
  }
  const { called, matrix, mex, pool } = input;
  if (mex || pool) throw toBeCopied(files, mex ? `${called} in Market Exchange` : called);
  const location: VendorLocation = {
    opener: "vendor",
    matrix: locationBelow(given, matrix),
    folder: { path: given, input },
  };
  return {
    called,
    isRaw: input.isRaw,
    notices: input.notices,
    location,
    opened: await openVendor(location, access),
  };
}

/** A folder that cannot be listed: a few names are asked for, each by its first bytes. */
function probing(folder: ReadableStore): ListedStore {
  const known = new Map<string, Promise<readonly string[]>>();
  const among = async (path: string, names: readonly string[]) => {
    const there = await Promise.all(names.map((name) => isThere(folder, `${path}/${name}`)));
    return names.filter((_, i) => there[i]);
  };
  const look = async (path: string): Promise<readonly string[]> => {
    if (path !== "/") return among(path, BESIDE[path.slice(1)] ?? []);
    const matrices = await among("", MATRICES);
    const beside = await among(
      "",
      matrices.flatMap((name) => BESIDE[name] ?? []),
    );
    return [...matrices, ...beside];
  };
  return {
    ...folder,
    list(path) {
      const names = known.get(path) ?? look(path);
      known.set(path, names);
      return names;
    },
  };
}

async function isThere(folder: ReadableStore, path: string): Promise<boolean> {
  const head = await folder.getRange?.(`/${path.replace(/^\//, "")}`, { offset: 0, length: 8 });
  if (!head) return false;
  // Some servers answer with a page for what they do not have.
  return path.endsWith(".h5") ? SIGNATURE.every((byte, i) => head[i] === byte) : head[0] !== 0x3c;
}

/** Whether there is no Zarr store, or a service that does not tell what it lacks. */
function isNoStore(error: unknown): error is StoreError {
  if (!isFlashdeconvError(error) || error.tag !== "StoreError") return false;
  const { status } = error as StoreError;
  return status === undefined || status === 403;
}

function notFound(error: StoreError, names: readonly string[] | undefined): StoreError {
  const lacked = names
    ? `and no matrix of an instrument's among ${names.slice(0, 8).join(", ") || "no files"}`
    : `and no ${MATRICES.join(" or ")}`;
  return new StoreError({
    path: error.path,
    found: `${error.found}, ${lacked}`,
    expected: `${error.expected}; or the folder of a run of Space Ranger, Cell Ranger or Xenium`,
    remedy: names
      ? "Check the address."
      : "Check the address. Folders behind https cannot be listed: give the URL of the folder with the matrix in it, or of the matrix itself (.h5).",
    cause: error,
  });
}

function toBeCopied({ name = "the folder" }: ReadableStore, called: string): FormatError {
  return new FormatError({
    path: name,
    found: `${called}, which has to be sorted`,
    expected: "behind a URL, counts that are read where they lie (a matrix in HDF5, bins that are stored)",
    remedy: "Copy the folder to this machine.",
  });
}
