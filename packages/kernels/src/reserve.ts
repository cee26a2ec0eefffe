/** Room for so many bytes of a memory that is filled from front to back, aligned for any number and to lines of a cache. */
export function reserve(layout: { top: number }, byteLength: number): number {
  const start = layout.top;
  layout.top = Math.ceil((start + byteLength) / 64) * 64;
  return start;
}
