/**
 * Vendors' files and folders on the local disk and behind URLs, for Node.
 *
 * @example
 * import { findInput, registerVendorOpener } from "@flashdeconv/io-vendor/node";
 * import { openStore } from "@flashdeconv/io-zarr/node";
 *
 * registerVendorOpener();
 * const { location = "", called } = await findInput("section.zarr"); // or the folder of a run of Space Ranger
 * console.log(called); // undefined
 * const store = await openStore(location);
 */

export { fileSpool } from "./node/file-spool.js";
export { findInput } from "./node/find-input.js";
export type { FoundInput } from "./node/found-input.js";
export { registerVendorOpener, type VendorLocation } from "./node/vendor-opener.js";
