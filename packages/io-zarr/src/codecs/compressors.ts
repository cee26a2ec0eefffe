/** How chunks are compressed, by name. gzip is read by every Zarr library in its smallest installation. */
export type CompressorName = "gzip" | "none";

export interface Compressor {
  /** `compressor` of a Zarr v2 array. */
  readonly version2: Readonly<Record<string, unknown>> | null;
  /** What follows the array-to-bytes codec in the `codecs` of a Zarr v3 array. */
  readonly version3: readonly Readonly<Record<string, unknown>>[];
  /** Always gives a new array: the given one is used again. */
  encode(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
}

// CompressionStream always works at zlib's default level; the metadata states it for whoever rewrites the chunks.
const GZIP_LEVEL = 6;

export const COMPRESSORS: Readonly<Record<CompressorName, Compressor>> = {
  gzip: {
    version2: { id: "gzip", level: GZIP_LEVEL },
    version3: [{ name: "gzip", configuration: { level: GZIP_LEVEL } }],
    async encode(bytes) {
      const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
      return new Uint8Array(await new Response(compressed).arrayBuffer());
    },
  },
  none: {
    version2: null,
    version3: [],
    encode: async (bytes) => bytes.slice(),
  },
};
