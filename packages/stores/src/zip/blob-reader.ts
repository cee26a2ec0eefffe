import type { RangeReader } from "../range-reader.js";
import { requireWithin } from "./zip-reader.js";

/** Reads a Blob, such as a file that was picked in a page: no more of it than is asked for. */
export function blobReader(blob: Blob): RangeReader {
  return {
    getLength: async () => blob.size,
    async read(offset, length) {
      requireWithin(blob.size, offset, length);
      return new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer());
    },
  };
}
