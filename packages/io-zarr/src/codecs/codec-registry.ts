import { registry } from "zarrita";
import { decodeVlenUtf8 } from "./vlen-utf8.js";

/**
 * The one place where codecs are registered. zarrita's registry belongs to the whole program, so what differs from its
 * own codecs goes under names of our own and array metadata is rewritten to them: nobody else's reads change.
 */
const OWN_PREFIX = "flashdeconv.";

interface ChunkShapeMetadata {
  readonly shape: readonly number[];
}

type RegistryEntry = ReturnType<NonNullable<ReturnType<typeof registry.get>>>;

/** zarrita's vlen-utf8 ignores the byte offset of a view and makes a string object of every name; this one keeps bytes. */
const packedVlenUtf8 = {
  kind: "array_to_bytes" as const,
  fromConfig: (_configuration: unknown, metadata: ChunkShapeMetadata) => ({
    kind: "array_to_bytes" as const,
    decode: (bytes: Uint8Array) => ({
      data: decodeVlenUtf8(bytes),
      shape: metadata.shape,
      stride: metadata.shape.map(() => 1),
    }),
  }),
};

const OWN_CODECS: Readonly<Record<string, unknown>> = { "vlen-utf8": packedVlenUtf8 };

/** The registry name of a codec, given its Zarr v3 name or its v2 id; undefined where nothing can decode it. */
export function registeredCodecName(name: string, zarrFormat: 2 | 3): string | undefined {
  const plain = name.startsWith("numcodecs.") ? name.slice("numcodecs.".length) : name;
  if (plain in OWN_CODECS) {
    const own = `${OWN_PREFIX}${plain}`;
    // Registered on first use, not on import: the package stays free of side effects.
    if (!registry.has(own)) registry.set(own, () => OWN_CODECS[plain] as RegistryEntry);
    return own;
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
