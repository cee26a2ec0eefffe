import {
  type Opener,
  type OpenStore,
  openFile,
  openLocation,
  type ReadOptions,
  registerOpeners,
  type StoreAccess,
  type StoreLocation,
} from "@flashdeconv/stores";
import { directoryStore, isRemote, locationBelow, remoteFolder } from "@flashdeconv/stores/node/internal";
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

/** Opens a vendor's matrix, wherever it lies. */
export async function openVendor(location: VendorLocation, access: StoreAccess): Promise<OpenStore> {
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
  access: StoreAccess,
): Promise<OpenStore> {
  const { folder } = location;
  // Loaded where it is needed: a thread that reads Zarr collects its garbage the more often, the more code it holds.
  const { vendorStore } = await import("../vendor-store.js");
  const isFar = folder !== undefined && isRemote(folder.path);
  const files = folder && {
    files: isFar ? await remoteFolder(folder.path, access) : directoryStore(folder.path, access.mostBytes),
    input: folder.input,
  };
  const store = await vendorStore(base, files);
  const { fingerprint } = store;
  return {
    ...store,
    close: () => base.close(),
    transfer: base.transfer,
    ...(isFar &&
      fingerprint && {
        fingerprint: async (options) => ({
          ...(await fingerprint(options)),
          ...(await positionsOf(folder, access)),
        }),
      }),
    ...(base.locate && { locate: (_, options) => locate(base, location, options) }),
  };
}

/** What tells the positions behind a network from any others; files of this machine are told by whoever gave them. */
async function positionsOf(
  { path, input }: NonNullable<VendorLocation["folder"]>,
  access: StoreAccess,
): Promise<Readonly<Record<string, string>>> {
  const { positions } = input;
  if (positions === undefined) return {};
  const file = await openFile(locationBelow(path, positions), access);
  const told = await file.fingerprint?.();
  await file.close();
  return { [positions]: told?.[""] ?? "" };
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
