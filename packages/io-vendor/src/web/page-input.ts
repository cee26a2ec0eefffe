import { FormatError, type Notice } from "@flashdeconv/core";
import { inStore } from "@flashdeconv/io-zarr/internal";
import {
  type BlobLocation,
  type Opener,
  type OpenStore,
  openLocation,
  registerOpeners,
  type StoreAccess,
  type StoreLocation,
} from "@flashdeconv/stores";
import { type PickedFolder, type PickedLocation, pickedFolder } from "@flashdeconv/stores/internal";
import { findCellTables } from "../cells/cell-tables.js";
import { findInFolder } from "../formats/find-in-folder.js";
import { findMex } from "../formats/find-mex.js";
import type { FindOptions, FolderInput } from "../formats/folder-input.js";
import { findGef } from "../formats/gef.js";
import { refuseOtherHdf5 } from "../formats/other-hdf5.js";

/** What lies at a place that a page can open. */
export interface PageInput {
  /** In words, as in "Visium"; undefined for a store that needs no translation. */
  readonly called: string | undefined;
  /** Whether it is a raw matrix, taken because there is no filtered one. */
  readonly isRaw?: boolean;
  /** What of the choice of its files is to be told. */
  readonly notices?: readonly Notice[];
  /** By which workers open the same, once they have called `registerPageVendorOpener`. */
  readonly location: StoreLocation | string;
  /** To be closed by who asked. */
  readonly store: OpenStore;
}

/** A vendor's matrix, and the picked folder with positions that it lies in. */
interface PageVendorLocation extends StoreLocation {
  readonly opener: "page-vendor";
  /** Of the matrix alone. */
  readonly matrix: StoreLocation | string;
  readonly folder?: { readonly picked: PickedLocation; readonly input: FolderInput };
}

const PAGE_VENDOR: Opener<PageVendorLocation> = {
  async open(location, access) {
    const { matrix, folder } = location;
    const base = await openLocation(matrix, access);
    try {
      // Loaded where it is needed: most workers read Zarr.
      const { vendorStore } = await import("../vendor-store.js");
      const files = folder && {
        files: pickedFolder(folder.picked, access.mostBytes),
        input: folder.input,
      };
      const store = await vendorStore(base, files);
      return { ...store, close: () => base.close(), transfer: base.transfer };
    } catch (error) {
      await base.close();
      throw error;
    }
  },
};

/** From here on `openLocation` opens the vendors' files that `findPageInput` finds, in a page or a worker of one. */
export function registerPageVendorOpener(): void {
  registerOpeners({ "page-vendor": PAGE_VENDOR });
}

/**
 * Opens what lies at a URL, in a file or in a folder that was picked: a Zarr store, AnnData in HDF5, or a matrix of an instrument's software
 * that is read where it lies. The openers of stores, of HDF5 and `registerPageVendorOpener` must be registered.
 *
 * @throws FormatError for what only the command line reads, saying so; what opening throws
 */
export async function findPageInput(
  place: PickedLocation | BlobLocation | string,
  access: StoreAccess = {},
  options: FindOptions = {},
): Promise<PageInput> {
  if (typeof place !== "string" && place.opener === "picked") return inPicked(place, access, options);
  const store = await openLocation(place, access);
  try {
    const { isVendorMatrix } = await import("../vendor-store.js");
    if ((await inStore(store, () => findGef(store, options)))?.hasCells === false) {
      throw forCommandLine("the file", "bins of Stereo-seq (GEF)");
    }
    if (await inStore(store, () => isVendorMatrix(store, options))) {
      await store.close();
      return open({ opener: "page-vendor", matrix: place } as PageVendorLocation, access, {
        called: "a matrix of 10x's software",
      });
    }
    const isHdf5 = "index" in store;
    const given = typeof place === "string" ? place : place.name;
    if (isHdf5) await inStore(store, () => refuseOtherHdf5(store, given, options));
    return { called: isHdf5 ? "AnnData in an HDF5 file" : undefined, location: place, store };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function inPicked(
  place: PickedLocation,
  access: StoreAccess,
  options: FindOptions,
): Promise<PageInput> {
  const files = pickedFolder(place, access.mostBytes);
  const names = await files.list("/");
  const isStore = ["zarr.json", ".zgroup", ".zmetadata", ".zattrs"].some((name) => names.includes(name));
  const input = isStore ? undefined : await inStore(files, () => findInFolder(files, options));
  if (!input) {
    const called = isStore
      ? undefined
      : (findCellTables(names)?.called ?? (findMex(names) && "a matrix in Market Exchange"));
    if (called !== undefined) throw forCommandLine(place.name, called);
    return { called: undefined, location: place, store: await openLocation(place, access) };
  }
  const { called, matrix, mex, pool, isRaw, notices } = input;
  if (mex) throw forCommandLine(place.name, `${called} in Market Exchange`);
  if (pool)
    throw forCommandLine(place.name, `${called} without bins of this size, which would have to be summed`);
  const folder = { picked: place, input };
  const location = { opener: "page-vendor", matrix: await fileIn(files, place.name, matrix), folder };
  return open(location as PageVendorLocation, access, { called, isRaw, notices });
}

async function open(
  location: PageVendorLocation,
  access: StoreAccess,
  facts: Pick<PageInput, "called" | "isRaw" | "notices">,
): Promise<PageInput> {
  return { ...facts, location, store: await openLocation(location, access) };
}

async function fileIn(files: PickedFolder, folder: string, path: string): Promise<BlobLocation> {
  const name = `${folder}/${path}`;
  const blob = await files.file(path);
  if (blob) return { opener: "blob", blob, name };
  throw new FormatError({
    path: name,
    found: "no file",
    expected: "the matrix of this folder",
    remedy: "Pick the folder again.",
  });
}

/** What has to be put in order, in files larger than memory. */
function forCommandLine(path: string, called: string): FormatError {
  return new FormatError({
    path,
    found: `${called}, which has to be sorted first`,
    expected: "in a page, counts that are read where they lie: Zarr, AnnData (.h5ad), a matrix in HDF5",
    remedy: "The command line reads it: flashdeconv run, with this folder or file.",
  });
}
