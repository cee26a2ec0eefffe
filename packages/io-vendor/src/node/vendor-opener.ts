import {
  type Opener,
  type OpenStore,
  openLocation,
  registerOpeners,
  type StoreAccess,
  type StoreLocation,
} from "@flashdeconv/stores";
import { directoryStore } from "@flashdeconv/stores/node/internal";
import type { FolderInput } from "../formats/find-in-folder.js";
import { vendorStore } from "../vendor-store.js";

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

async function openVendor({ matrix, folder }: VendorLocation, access: StoreAccess): Promise<OpenStore> {
  const base = await openLocation(matrix, access);
  try {
    const files = folder && { files: directoryStore(folder.path, access.mostBytes), input: folder.input };
    const store = await vendorStore(base, files);
    return { ...store, close: () => base.close(), transfer: base.transfer };
  } catch (error) {
    await base.close();
    throw error;
  }
}
