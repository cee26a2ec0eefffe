import { constants as buffer } from "node:buffer";
import { promisify } from "node:util";
import { isMainThread } from "node:worker_threads";
import zlib from "node:zlib";
import {
  type Content,
  NATIVE_LEVEL,
  type NativeCodec,
  type NativeCodecs,
  useNativeCodecs,
} from "../codecs/native-codecs.js";

/**
 * Hands Node's own gzip, zlib and (from Node 22.15 on) zstd to the codecs that formats use. Everything that opens a store in
 * Node calls it.
 */
export function useNodeCodecs(): void {
  useNativeCodecs(CODECS);
}

/** Decoded bytes below which work is not handed to threads of the pool. */
const LEAST_HANDED_ON = 2 ** 17;

interface OutputSizes {
  readonly chunkSize: number;
  readonly maxOutputLength: number;
}

type Decode<T> = (bytes: Uint8Array, options: OutputSizes) => T;

interface Method {
  readonly decodeSync: Decode<Buffer>;
  readonly decode: Decode<Promise<Buffer>>;
  readonly encode: (bytes: Uint8Array, content?: Content) => Promise<Buffer>;
}

/** To look for repeats in proportions takes 1.7 to 2.6 times as long as to look for runs of zeros, and finds less. */
const deflated = (bytes: Uint8Array, content?: Content): zlib.ZlibOptions => ({
  level: NATIVE_LEVEL,
  chunkSize: encodedSize(bytes),
  ...(content === "fractions" && { strategy: zlib.constants.Z_RLE }),
});
const gzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip);
const deflate = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.deflate);

const CODECS = {
  gzip: codecOf({
    decodeSync: zlib.gunzipSync,
    decode: promisify<Uint8Array, OutputSizes, Buffer>(zlib.gunzip),
    encode: (bytes, content) => gzip(bytes, deflated(bytes, content)),
  }),
  zlib: codecOf({
    decodeSync: zlib.inflateSync,
    decode: promisify<Uint8Array, OutputSizes, Buffer>(zlib.inflate),
    encode: (bytes, content) => deflate(bytes, deflated(bytes, content)),
  }),
  ...zstdCodec(),
};

/** None before Node 22.15 and 23.8; Node's types promise it always. */
function zstdCodec(): NativeCodecs {
  const { zstdDecompressSync, zstdDecompress, zstdCompress } = zlib as Partial<typeof zlib>;
  if (!zstdDecompressSync || !zstdDecompress || !zstdCompress) return {};
  const compress = promisify<Uint8Array, zlib.ZstdOptions, Buffer>(zstdCompress);
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: NATIVE_LEVEL };
  return {
    zstd: codecOf({
      decodeSync: zstdDecompressSync,
      decode: promisify<Uint8Array, OutputSizes, Buffer>(zstdDecompress),
      // Frames that do not tell their size are refused by older numcodecs (0.11, for one).
      encode: (bytes) =>
        compress(bytes, { params, pledgedSrcSize: bytes.length, chunkSize: encodedSize(bytes) }),
    }),
  };
}

function codecOf({ decodeSync, decode, encode }: Method): NativeCodec {
  return {
    decode(bytes, most, expected) {
      const options = {
        chunkSize: Math.min(outputSize(bytes.length, expected), most + 1024),
        maxOutputLength: Math.max(1, Math.min(buffer.MAX_LENGTH, most)),
      };
      // A worker is one of as many threads as there are cores; to hand its work on to Node's four pool threads would gain
      // nothing on few cores and lose on many. To hand on a small chunk costs about as much as to unpack it.
      const isHandedOn = isMainThread && (expected ?? bytes.length) > LEAST_HANDED_ON;
      return isHandedOn ? decode(bytes, options).then(plainBytes) : plainBytes(decodeSync(bytes, options));
    },
    encode: async (bytes, content) => plainBytes(await encode(bytes, content)),
  };
}

/** zlib's output grows by pieces of the size given here, which are joined at the end: one piece is fastest. */
function outputSize(encodedBytes: number, decodedBytes = 4 * encodedBytes): number {
  // What metadata promise is believed as far as deflate can compress at all.
  const believed = Math.min(decodedBytes, 1032 * encodedBytes);
  // A piece that is filled to its end makes zlib begin another one.
  return Math.max(1024, believed) + 64;
}

/** Output of compression grows alike, and the main thread has to start each piece. */
function encodedSize({ length }: Uint8Array): number {
  return length + 1024;
}

/** Buffers behave differently from plain arrays of bytes (`slice`), and code that meets both is slower. */
function plainBytes({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
