import { numbered } from "@flashdeconv/core/internal";
/**
 * Throws an Error that says so where a chunk of numcodecs' LZ4 tells of more bytes than make sense. Its first four bytes tell how many it
 * unpacks to (little-endian), and decoders make room for them.
 */
export function checkLz4Frame(bytes: Uint8Array, mostBytes: number): void {
  if (bytes.byteLength < 4) throw new Error("it ends within its LZ4 header");
  const unpacked = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  if (unpacked > mostBytes) throw new Error(`its LZ4 header says ${numbered(unpacked, "byte")} unpacked`);
}
