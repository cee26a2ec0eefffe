/**
 * What opens HDF5 files for `openLocation`, by itself: a thread that may never be sent one holds no more code than it must.
 *
 * @example
 * import { hdf5Opener } from "@flashdeconv/io-h5/opener";
 * import { registerFileOpeners } from "@flashdeconv/stores";
 *
 * registerFileOpeners({ h5: hdf5Opener });
 */

export { hdf5Opener } from "./store/hdf5-opener.js";
