import {
  type Opener,
  type OpenStore,
  openLocation,
  type ReadOptions,
  registerOpeners,
  type StoreAccess,
  type StoreLocation,
} from "@flashdeconv/stores";
import { directoryStore } from "@flashdeconv/stores/node/internal";
import type { FolderInput } from "../formats/folder-input.js";

/** A vendor's matrix, and the folder with positions that it lies in; plain data, fit for messages to threads. */
export interface VendorLocation extends StoreLocation {
  readonly opener: "vendor";
  /** Of the matrix alone. */
  readonly matrix: StoreLocation | string;
  readonly folder?: { readonly path: string; readonly input: FolderInput };
}

const VENDOR: Opener<VendorLocation> = { open: openVendor };

/** From here on `openLocation` opens locations of vendors' files. Each thread that is sent such calls it once, after the openers of files. */
export function registerVendorOpener(): void {
  registerOpeners({ vendor: VENDOR });
}

async function openVendor(location: VendorLocation, access: StoreAccess): Promise<OpenStore> {
  const base = await openLocation(location.matrix, access);
  try {
    return await showVendor(base, location, access);
  } catch (error) {
    await base.close();
    throw error;
  }
}

/** What lies at a location whose matrix is open already, and is closed with it. */
export async function showVendor(
  base: OpenStore,
  location: VendorLocation,
  { mostBytes }: StoreAccess,
): Promise<OpenStore> {
  const { folder } = location;
  // Loaded where it is needed: a thread that reads Zarr collects its garbage the more often, the more code it holds.
  const { vendorStore } = await import("../vendor-store.js");
  const files = folder && { files: directoryStore(folder.path, mostBytes), input: folder.input };
  const store = await vendorStore(base, files);
  return {
    ...store,
    close: () => base.close(),
    transfer: base.transfer,
    ...(base.locate && { locate: (_, options) => locate(base, location, options) }),
  };
}

/** The same place, with where the chunks of the matrix lie. */
async function locate(
  base: OpenStore,
  location: VendorLocation,
  options?: ReadOptions,
): Promise<VendorLocation> {
  const { findTenxLayout } = await import("../formats/tenx-h5.js");
  const layout = await findTenxLayout(base, options);
  const arrays = layout
    ? ["data", "indices", "indptr"].map((name) => `${layout.group}/${name}`)
    : [(await import("../formats/cellbin.js")).CELL_COUNTS];
  return { ...location, matrix: (await base.locate?.(arrays, options)) ?? location.matrix };
}
