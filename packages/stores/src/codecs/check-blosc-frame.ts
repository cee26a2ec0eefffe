import { numbered } from "@flashdeconv/core/internal";

const HEADER_BYTES = 16;

/**
 * Throws an Error that says so where a Blosc frame is not as long as its header states, or unpacks to more than makes sense. The
 * decoder itself trusts the header: it reads whatever lies in memory behind a frame that was cut short, and makes room for
 * whatever it tells of.
 *
 * Source: the header of Blosc 1 frames, 16 bytes: from the fifth on the unpacked length, that of a block and the frame's
 * (little-endian).
 */
export function checkBloscFrame(bytes: Uint8Array, mostBytes: number): void {
  if (bytes.byteLength < HEADER_BYTES) throw new Error("it ends within its Blosc header");
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const frameBytes = header.getUint32(12, true);
  if (frameBytes !== bytes.byteLength)
    throw new Error(`its Blosc header says ${numbered(frameBytes, "byte")}`);
  const unpacked = header.getUint32(4, true);
  if (unpacked > mostBytes) throw new Error(`its Blosc header says ${numbered(unpacked, "byte")} unpacked`);
  const block = header.getUint32(8, true);
  if (block > unpacked)
    throw new Error(`its Blosc header says blocks of ${numbered(block, "byte")} in ${unpacked}`);
}
