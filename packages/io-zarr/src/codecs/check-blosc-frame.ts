const HEADER_BYTES = 16;

/**
 * Throws an Error that says so where a Blosc frame is not as long as its header states. The decoder itself trusts the
 * header, and reads whatever lies in memory behind a frame that was cut short.
 *
 * Source: the header of Blosc 1 frames, 16 bytes, the last four of which are the frame's length (little-endian).
 */
export function checkBloscFrame(bytes: Uint8Array): void {
  if (bytes.byteLength < HEADER_BYTES) throw new Error("it ends within its Blosc header");
  const frameBytes = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES).getUint32(12, true);
  if (frameBytes !== bytes.byteLength) throw new Error(`its Blosc header says ${frameBytes} bytes`);
}
