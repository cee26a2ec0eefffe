/** Most memory of a chunk that is yielded, by default. */
export const CHUNK_BYTES = 12 * 2 ** 20;

/** Most entries of a chunk of so many bytes. */
export function entriesPerChunk(chunkBytes: number, dataType: string): number {
  return Math.max(1, Math.floor(chunkBytes / (dataType === "float64" ? 12 : 8)));
}
