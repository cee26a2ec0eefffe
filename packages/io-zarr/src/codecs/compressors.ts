import { OptionError } from "@flashdeconv/core";
import { type Content, NATIVE_LEVEL, nativeCodec } from "@flashdeconv/stores/internal";

/**
 * How chunks are compressed, by name. gzip is read by every Zarr library in its smallest installation; zstd is faster and
 * smaller, and can be written where the runtime has it (Node from 22.15 on).
 */
export type CompressorName = "gzip" | "zstd" | "none";

export const COMPRESSOR_NAMES: readonly CompressorName[] = ["gzip", "zstd", "none"];

export interface Compressor {
  /** `compressor` of a Zarr v2 array. */
  readonly version2: Readonly<Record<string, unknown>> | null;
  /** What follows the array-to-bytes codec in the `codecs` of a Zarr v3 array. */
  readonly version3: readonly Readonly<Record<string, unknown>>[];
  /** Always gives a new array: the given one is used again. */
  encode(bytes: Uint8Array<ArrayBuffer>, content?: Content): Promise<Uint8Array>;
}

/** The runtime's own compressor where it has one. Throws OptionError for one that is not to be had here. */
export function compressorOf(name: CompressorName): Compressor {
  if (name === "none") return NONE;
  const native = nativeCodec(name);
  if (name === "gzip") return gzip(native?.encode ?? encodeStream, native ? NATIVE_LEVEL : STREAM_LEVEL);
  if (native) return zstd(native.encode);
  throw new OptionError({
    option: "compressor",
    value: name,
    rule: "gzip or none: this runtime cannot compress with zstd",
    remedy: "Use Node 22.15 or later and a store of @flashdeconv/io-zarr/node, or gzip.",
  });
}

/**
 * The compressor for what is written beside data with the given codecs, as the store spells them: zstd where they have it, since who reads
 * them can read it, and where this runtime can write it; else gzip.
 */
export function compressorLike(codecNames: readonly string[]): "gzip" | "zstd" {
  const hasZstd = codecNames.some((name) => name === "zstd" || name === "numcodecs.zstd");
  return hasZstd && nativeCodec("zstd") ? "zstd" : "gzip";
}

const NONE: Compressor = { version2: null, version3: [], encode: async (bytes) => bytes.slice() };

function gzip(encode: Compressor["encode"], level: number): Compressor {
  return {
    version2: { id: "gzip", level },
    version3: [{ name: "gzip", configuration: { level } }],
    encode,
  };
}

function zstd(encode: Compressor["encode"]): Compressor {
  return {
    version2: { id: "zstd", level: NATIVE_LEVEL },
    version3: [{ name: "zstd", configuration: { level: NATIVE_LEVEL, checksum: false } }],
    encode,
  };
}

// CompressionStream always works at zlib's default level; the metadata states it for whoever rewrites the chunks.
const STREAM_LEVEL = 6;

/** Bytes go in as they are: on their way through a Blob a browser moves them between processes. */
async function encodeStream(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const { readable, writable } = new CompressionStream("gzip");
  const writer = writable.getWriter();
  const fed = writer.write(bytes).then(() => writer.close());
  const [packed] = await Promise.all([new Response(readable).arrayBuffer(), fed]);
  return new Uint8Array(packed);
}
