/**
 * What opens vendors' files for `openLocation`, by itself: a thread that may never be sent one holds no more code than it must.
 *
 * @example
 * import { registerVendorOpener } from "@flashdeconv/io-vendor/opener";
 *
 * registerVendorOpener();
 */

export { registerVendorOpener } from "./node/vendor-opener.js";
