import type { FileTarget } from "../src/write/hdf5-writer.js";

/** A file in memory. */
export function memoryFile(): FileTarget & { bytes(): Uint8Array } {
  let content = new Uint8Array(0);
  let end = 0;
  return {
    async writeAt(offset, bytes) {
      end = Math.max(end, offset + bytes.length);
      if (end > content.length) {
        const larger = new Uint8Array(2 * end);
        larger.set(content);
        content = larger;
      }
      content.set(bytes, offset);
    },
    bytes: () => content.slice(0, end),
  };
}
