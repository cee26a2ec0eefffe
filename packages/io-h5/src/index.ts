/**
 * HDF5 files, such as `.h5ad`, read as Zarr stores.
 *
 * @example
 * import { hdf5Opener } from "@flashdeconv/io-h5/opener";
 * import { openSpatial } from "@flashdeconv/io-zarr";
 * import { openStore } from "@flashdeconv/io-zarr/node";
 * import { registerFileOpeners } from "@flashdeconv/stores";
 *
 * registerFileOpeners({ h5: hdf5Opener });
 * const section = await openSpatial(await openStore("section.h5ad"));
 * console.log(section.spotCount, section.matrix.encoding); // 30 csr
 */

export type { ChunkIndexes } from "./chunks/chunk-index.js";
export type { Hdf5Location } from "./store/hdf5-opener.js";
export { type Hdf5Store, type Hdf5StoreOptions, hdf5Store } from "./store/hdf5-store.js";
export { type Hdf5Dataset, type Hdf5File, type Hdf5Node, openHdf5 } from "./tree/hdf5-file.js";
export type { AttributeValue } from "./values/attribute-value.js";
export type { Hdf5Type } from "./values/types.js";
