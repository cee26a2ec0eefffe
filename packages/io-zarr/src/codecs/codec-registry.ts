import { UNPACKING_CODECS, type UnpackingCodec, unpack } from "@flashdeconv/stores/internal";
import { type CodecMetadata, registry } from "zarrita";
import { withoutCrc32c } from "./crc32c.js";
import { decodeVlenUtf8 } from "./vlen-utf8.js";

/**
 * The one place where codecs are registered. zarrita's registry belongs to the whole program, so what differs from its
 * own codecs goes under names of our own and array metadata is rewritten to them: nobody else's reads change.
 */
const OWN_PREFIX = "flashdeconv.";

/** Where the configuration of a codec that unpacks says how many bytes may come out. */
const BOUND = "flashdeconvMost";

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

/** zarrita's crc32c takes the checksum off without a look at it. */
const checkedCrc32c = {
  kind: "bytes_to_bytes" as const,
  fromConfig: () => ({ kind: "bytes_to_bytes" as const, decode: withoutCrc32c }),
};

/** A codec that unpacks, within the bound that `withBound` gave it. */
function boundedCodec(name: UnpackingCodec) {
  return {
    kind: "bytes_to_bytes" as const,
    fromConfig(configuration: Readonly<Record<string, unknown>>, metadata: ChunkMetadata) {
      const most = configuration[BOUND];
      if (typeof most !== "number") throw new Error(`the codec ${name} without a bound`);
      const expected = decodedBytes(metadata);
      return {
        kind: "bytes_to_bytes" as const,
        decode: (bytes: Uint8Array) => unpack(name, bytes, { most, expected }),
      };
    },
  };
}

/** Codecs of our own, each made when it is first needed. */
const OWN_CODECS: Readonly<Record<string, () => unknown>> = {
  "vlen-utf8": () => packedVlenUtf8,
  crc32c: () => checkedCrc32c,
  ...Object.fromEntries(UNPACKING_CODECS.map((name) => [name, () => boundedCodec(name)])),
};

/** Codecs of zarrita that are used as they are: what they give is as large as what they take, item for item. */
const PLAIN_CODECS = {
  2: ["shuffle", "delta", "bitround"],
  3: ["transpose", "bytes", "bitround", "cast_value", "scale_offset", "numcodecs.shuffle", "numcodecs.delta"],
} as const;

/** The registry name of a codec, given its Zarr v3 name or its v2 id; undefined where nothing can decode it. */
export function registeredCodecName(name: string, zarrFormat: 2 | 3): string | undefined {
  const plain = name.startsWith("numcodecs.") ? name.slice("numcodecs.".length) : name;
  if (Object.hasOwn(OWN_CODECS, plain)) {
    const ownName = `${OWN_PREFIX}${plain}`;
    // Registered on first use, not on import: the package stays free of side effects.
    if (!registry.has(ownName)) {
      registry.set(ownName, async () => OWN_CODECS[plain]() as unknown as Awaited<RegistryEntry>);
    }
    return ownName;
  }
  const known: readonly string[] = PLAIN_CODECS[zarrFormat];
  if (!known.includes(zarrFormat === 2 ? plain : name)) return undefined;
  return zarrFormat === 2 ? `numcodecs.${plain}` : name;
}

/** Codecs of an array, told how many bytes may come out of each that unpacks. Without this none of them works. */
export function withBound(codecs: readonly CodecMetadata[], most: number): CodecMetadata[] {
  return codecs.map(({ name, configuration }) => ({
    name,
    configuration: name.startsWith(OWN_PREFIX) ? { ...configuration, [BOUND]: most } : configuration,
  }));
}

/** Names of all codecs that can be decoded, for messages. */
export function supportedCodecNames(): string[] {
  const plain = [...PLAIN_CODECS[2], ...PLAIN_CODECS[3]].map((name) => name.replace("numcodecs.", ""));
  return [...new Set([...Object.keys(OWN_CODECS), ...plain, "sharding_indexed"])].sort();
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
