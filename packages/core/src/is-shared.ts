/**
 * Whether threads can share a buffer. Pages that are not cross-origin isolated do not even have the name SharedArrayBuffer, so
 * nothing else may ask for it.
 */
export function isShared(buffer: ArrayBufferLike): buffer is SharedArrayBuffer {
  return typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;
}
