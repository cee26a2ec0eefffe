import { positions } from "./read-tiny-zarr.js";

export interface ShardOptions {
  readonly indexLocation?: "start" | "end";
  readonly checksum?: boolean;
}

/**
 * Puts the chunks of a Zarr v3 array together into shards of `factors` chunks along each axis. `files` is the store: keys
 * without a leading slash. Chunks that are not there stay so.
 */
export function shardArray(
  files: Map<string, Uint8Array>,
  path: string,
  factors: readonly number[],
  { indexLocation = "end", checksum = true }: ShardOptions = {},
): void {
  const key = `${path}/zarr.json`;
  const metadata = JSON.parse(new TextDecoder().decode(files.get(key)));
  const chunkShape: number[] = metadata.chunk_grid.configuration.chunk_shape;
  const shardShape = chunkShape.map((length, axis) => length * factors[axis]);
  const chunkKey = (position: readonly number[]) => [path, "c", ...position].join("/");
  const chunks = new Map<string, Uint8Array>();
  for (const name of [...files.keys()].filter((one) => one.startsWith(`${path}/c/`))) {
    chunks.set(name, files.get(name) as Uint8Array);
    files.delete(name);
  }
  const counts = metadata.shape.map((length: number, axis: number) => Math.ceil(length / shardShape[axis]));
  for (const shard of positions(counts)) {
    const inner = positions(factors).map((at) =>
      chunks.get(chunkKey(at.map((offset, axis) => shard[axis] * factors[axis] + offset))),
    );
    if (inner.every((bytes) => !bytes)) continue;
    files.set(chunkKey(shard), encodeShard(inner, indexLocation, checksum));
  }
  metadata.chunk_grid.configuration.chunk_shape = shardShape;
  metadata.codecs = [
    {
      name: "sharding_indexed",
      configuration: {
        chunk_shape: chunkShape,
        codecs: metadata.codecs,
        index_codecs: [
          { name: "bytes", configuration: { endian: "little" } },
          ...(checksum ? [{ name: "crc32c" }] : []),
        ],
        index_location: indexLocation,
      },
    },
  ];
  files.set(key, new TextEncoder().encode(JSON.stringify(metadata)));
}

/** A shard of these encoded chunks, in order; undefined for one that is left out. */
export function encodeShard(
  chunks: readonly (Uint8Array | undefined)[],
  indexLocation: "start" | "end",
  checksum = true,
): Uint8Array {
  const indexBytes = 16 * chunks.length + (checksum ? 4 : 0);
  const index = new DataView(new ArrayBuffer(indexBytes));
  let at = indexLocation === "start" ? indexBytes : 0;
  chunks.forEach((bytes, i) => {
    index.setBigUint64(16 * i, bytes ? BigInt(at) : 2n ** 64n - 1n, true);
    index.setBigUint64(16 * i + 8, bytes ? BigInt(bytes.length) : 2n ** 64n - 1n, true);
    at += bytes?.length ?? 0;
  });
  const encoded = new Uint8Array(index.buffer);
  if (checksum) index.setUint32(indexBytes - 4, crc32c(encoded.subarray(0, -4)), true);
  const body = chunks.filter((bytes) => bytes !== undefined);
  const parts = indexLocation === "start" ? [encoded, ...body] : [...body, encoded];
  const shard = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    shard.set(part, filled);
    filled += part.length;
  }
  return shard;
}

/** Castagnoli's checksum, bit by bit (RFC 3720, appendix B.4). */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
