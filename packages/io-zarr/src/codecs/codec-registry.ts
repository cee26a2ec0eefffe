import { registry } from "zarrita";
import { checkBloscFrame } from "./check-blosc-frame.js";
import { withoutCrc32c } from "./crc32c.js";
import { mostDecodedBytes } from "./most-decoded-bytes.js";
import { nativeCodec } from "./native-codecs.js";
import { decodeVlenUtf8 } from "./vlen-utf8.js";

/**
 * The one place where codecs are registered. zarrita's registry belongs to the whole program, so what differs from its
 * own codecs goes under names of our own and array metadata is rewritten to them: nobody else's reads change.
 */
const OWN_PREFIX = "flashdeconv.";

interface ChunkMetadata {
  readonly shape: readonly number[];
  readonly dataType: string;
}

type RegistryEntry = ReturnType<NonNullable<ReturnType<typeof registry.get>>>;

/** zarrita's vlen-utf8 ignores the byte offset of a view and makes a string object of every name; this one keeps bytes. */
const packedVlenUtf8 = {
  kind: "array_to_bytes" as const,
  fromConfig: (_configuration: unknown, metadata: ChunkMetadata) => ({
    kind: "array_to_bytes" as const,
    decode: (bytes: Uint8Array) => ({
      data: decodeVlenUtf8(bytes),
      shape: metadata.shape,
      stride: metadata.shape.map(() => 1),
    }),
  }),
};

/** zarrita's Blosc, after a look at the frame's length. */
async function checkedBlosc() {
  const Blosc = await registry.get("blosc")?.();
  return {
    kind: "bytes_to_bytes" as const,
    fromConfig(configuration: unknown, metadata: ChunkMetadata) {
      const blosc = Blosc?.fromConfig(configuration, metadata as never);
      const chunkBytes = decodedBytes(metadata);
      return {
        kind: "bytes_to_bytes" as const,
        decode(bytes: Uint8Array) {
          checkBloscFrame(bytes, mostDecodedBytes(bytes.length, chunkBytes));
          return blosc?.decode(bytes as never);
        },
      };
    },
  };
}

/** zarrita's crc32c takes the checksum off without a look at it. */
const checkedCrc32c = {
  kind: "bytes_to_bytes" as const,
  fromConfig: () => ({ kind: "bytes_to_bytes" as const, decode: withoutCrc32c }),
};

/** Codecs of our own, each made when it is first needed. */
const OWN_CODECS: Readonly<Record<string, () => Promise<unknown>>> = {
  "vlen-utf8": async () => packedVlenUtf8,
  blosc: checkedBlosc,
  crc32c: async () => checkedCrc32c,
};

/** The registry name of a codec, given its Zarr v3 name or its v2 id; undefined where nothing can decode it. */
export function registeredCodecName(name: string, zarrFormat: 2 | 3): string | undefined {
  const plain = name.startsWith("numcodecs.") ? name.slice("numcodecs.".length) : name;
  const own = Object.hasOwn(OWN_CODECS, plain) ? OWN_CODECS[plain] : nativeEntry(plain);
  if (own !== undefined) {
    const ownName = `${OWN_PREFIX}${plain}`;
    // Registered on first use, not on import: the package stays free of side effects.
    if (!registry.has(ownName)) registry.set(ownName, own as unknown as () => RegistryEntry);
    return ownName;
  }
  const registered = zarrFormat === 2 ? `numcodecs.${plain}` : name;
  return registry.has(registered) ? registered : undefined;
}

/** Names of all codecs that can be decoded, for messages. */
export function supportedCodecNames(): string[] {
  const names = new Set(["vlen-utf8", "sharding_indexed"]);
  for (const name of registry.keys()) {
    if (!name.startsWith(OWN_PREFIX)) names.add(name.replace("numcodecs.", ""));
  }
  return [...names].sort();
}

/** The runtime's own codec, told how long a chunk is: that saves it from growing its output step by step. */
function nativeEntry(name: string) {
  const codec = nativeCodec(name);
  if (codec === undefined) return undefined;
  return async () => ({
    kind: "bytes_to_bytes" as const,
    fromConfig(_configuration: unknown, metadata: ChunkMetadata) {
      const chunkBytes = decodedBytes(metadata);
      return {
        kind: "bytes_to_bytes" as const,
        decode: (bytes: Uint8Array) => codec.decode(bytes, chunkBytes),
      };
    },
  });
}

/** Bytes of a chunk; undefined for strings of any length. */
function decodedBytes({ shape, dataType }: ChunkMetadata): number | undefined {
  const itemBytes = byteSize(dataType);
  return itemBytes && shape.reduce((product, length) => product * length, itemBytes);
}

/** Bytes of an item of one of zarrita's data types; undefined for strings of any length. */
function byteSize(dataType: string): number | undefined {
  const [, kind, size] = /^(bool|u?int|float|v2:U|v2:S)(\d*)$/.exec(dataType) ?? [];
  if (kind === undefined) return undefined;
  if (kind === "bool") return 1;
  if (kind === "v2:S") return Number(size);
  return kind === "v2:U" ? 4 * Number(size) : Number(size) / 8;
}
