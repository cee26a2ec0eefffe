import { numbered } from "@flashdeconv/core/internal";
import { readBounded } from "../read-bounded.js";
import { checkBloscFrame } from "./check-blosc-frame.js";
import { checkLz4Frame } from "./check-lz4-frame.js";
import { checkZstdFrames } from "./check-zstd-frames.js";
import { nativeCodec } from "./native-codecs.js";

/** Codecs whose output may be larger than their input. */
export type UnpackingCodec = "blosc" | "lz4" | "zstd" | "gzip" | "zlib";

export const UNPACKING_CODECS: readonly UnpackingCodec[] = ["blosc", "lz4", "zstd", "gzip", "zlib"];

export interface UnpackSizes {
  /** Bytes that may come out. */
  readonly most: number;
  /** Bytes that are expected, to make room for; undefined where that is not known. */
  readonly expected?: number;
}

/**
 * Unpacks what a codec has packed, never to more than `most` bytes: the one place where anything is unpacked. The runtime's own codec is
 * used where it has one. Throws an Error for damaged bytes and for more than `most`, before they are held.
 */
export async function unpack(
  codec: UnpackingCodec,
  bytes: Uint8Array,
  { most, expected }: UnpackSizes,
): Promise<Uint8Array> {
  const native = nativeCodec(codec);
  const unpacked = await (native ? native.decode(bytes, most, expected) : DECODERS[codec](bytes, most));
  if (unpacked.length > most)
    throw new Error(`${codec} unpacked ${numbered(unpacked.length, "byte")}, more than ${most}`);
  return unpacked;
}

const DECODERS: Readonly<Record<UnpackingCodec, (bytes: Uint8Array, most: number) => Promise<Uint8Array>>> = {
  gzip: (bytes, most) => inflated(bytes, "gzip", most),
  zlib: (bytes, most) => inflated(bytes, "deflate", most),
  async zstd(bytes, most) {
    checkZstdFrames(bytes, most);
    return decoded("zstd", bytes);
  },
  async lz4(bytes, most) {
    checkLz4Frame(bytes, most);
    return decoded("lz4", bytes);
  },
  async blosc(bytes, most) {
    checkBloscFrame(bytes, most);
    const { unpackBloscFrame } = await import("./blosc-frame.js");
    return unpackBloscFrame(bytes) ?? decoded("blosc", bytes);
  },
};

async function inflated(bytes: Uint8Array, format: "gzip" | "deflate", most: number): Promise<Uint8Array> {
  const { inflateHere } = await import("./inflate-here.js");
  const unpacked = inflateHere(format, bytes, most);
  if (unpacked) return unpacked;
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return readBounded(packed.pipeThrough(new DecompressionStream(format)), most);
}

interface DecoderModule {
  readonly default: { fromConfig(configuration: object): { decode(bytes: Uint8Array): Promise<Uint8Array> } };
}

/** Decoders in WebAssembly, each loaded when it is first needed. */
const MODULES: Readonly<Record<"blosc" | "lz4" | "zstd", () => Promise<unknown>>> = {
  blosc: () => import("numcodecs/blosc"),
  lz4: () => import("numcodecs/lz4"),
  zstd: () => import("numcodecs/zstd"),
};

/** By a decoder that believes what a frame says of itself: to be called after a look at that. */
async function decoded(codec: keyof typeof MODULES, bytes: Uint8Array): Promise<Uint8Array> {
  const { default: Codec } = (await MODULES[codec]()) as DecoderModule;
  return Codec.fromConfig({}).decode(bytes);
}
