import type { FileLocation, FileOpener } from "@flashdeconv/stores";
import { findSignature } from "../bytes/find-signature.js";
import type { ChunkIndexes } from "../chunks/chunk-index.js";

/** An HDF5 file, wherever it lies, as plain data that a thread can be sent. */
export interface Hdf5Location extends FileLocation {
  readonly opener: "h5";
  /** Where its chunks lie, as another store of it told. */
  readonly index?: ChunkIndexes;
}

/**
 * Opens HDF5 files for `openLocation`, once it is registered: `registerFileOpeners({ h5: hdf5Opener })`. A file is known by its first
 * bytes, whatever its name.
 */
export const hdf5Opener: FileOpener<Hdf5Location> = {
  called: "HDF5",
  names: /\.(h5[a-z]*|hdf5?|he5|loom|nc|gef)$/i,
  recognises: async (file) => (await findSignature(file)) !== undefined,
  async open(file, location) {
    // Loaded where it is needed: a thread that reads Zarr collects its garbage the more often, the more code it holds.
    const { hdf5Store } = await import("./hdf5-store.js");
    const { name, mostBytes, readAheadBytes, fingerprint, transfer } = file;
    const store = await hdf5Store(file, { name, mostBytes, index: location.index });
    return {
      ...store,
      readAheadBytes,
      ...(fingerprint && { fingerprint: () => fingerprint() }),
      ...(transfer && { transfer }),
      async locate(paths, options): Promise<Hdf5Location> {
        await store.readIndex(paths, options);
        return { ...location, index: store.index() };
      },
      close: () => file.close(),
    };
  },
};
