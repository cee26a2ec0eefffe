/** Compression the runtime itself can do, faster than WebAssembly or streams. */
export type NativeCodecName = "gzip" | "zlib" | "zstd";

/** What is known of the numbers of a chunk, for who compresses them. */
export type Content = "fractions";

export interface NativeCodec {
  /**
   * Throws a plain Error for bytes that are damaged, and before more than `most` are held.
   *
   * @param expected how many bytes are expected, to make room for; undefined where that is not known
   */
  decode(bytes: Uint8Array, most: number, expected?: number): Uint8Array | Promise<Uint8Array>;
  /**
   * Always gives a new array.
   *
   * @param content "fractions" for floats of no two alike but for zeros: nothing but runs is then looked for
   */
  encode(bytes: Uint8Array, content?: Content): Promise<Uint8Array>;
}

/**
 * Level at which they compress: the fastest. Measured on proportions it takes a third (gzip) of the time of level 6, for
 * files a tenth larger.
 */
export const NATIVE_LEVEL = 1;

export type NativeCodecs = Readonly<Partial<Record<NativeCodecName, NativeCodec>>>;

let codecs: NativeCodecs = {};

/** From here on arrays that are opened or written use these codecs. Called by who opens stores in Node, for the whole program. */
export function useNativeCodecs(native: NativeCodecs): void {
  codecs = native;
}

export function nativeCodec(name: string): NativeCodec | undefined {
  return Object.hasOwn(codecs, name) ? codecs[name as NativeCodecName] : undefined;
}
