import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { COUNT_ARRAYS, decodeChunk, describeArray } from "./array-chunks.mjs";

const NEVER_WRITTEN = 2n ** 64n - 1n;

/**
 * Writes a section of Zarr v3 anew with its counts in shards, as anndata's `auto_shard_zarr_v3` lays them out: `sharding_indexed`, the
 * stored chunks as inner chunks, the index with its checksum at the end. A chunk at a time is held.
 *
 * @param codec of the inner chunks: "zstd" leaves them as they are, "none" stores them unpacked
 * @returns the new store's path, and sizes of its shards in bytes
 */
export function writeSharded(section, folder, { chunksPerShard, codec }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const store = join(folder, "spatial.zarr");
  const isChunk = (path) => COUNT_ARRAYS.some((array) => path.startsWith(join(array, "c")));
  cpSync(section, store, {
    recursive: true,
    filter: (source) => !isChunk(relative(section, source).split(sep).join("/")),
  });
  const shardBytes = COUNT_ARRAYS.flatMap((path) =>
    writeArray(section, store, path, { chunksPerShard, codec }),
  );
  return { store, shardBytes };
}

function writeArray(section, store, path, { chunksPerShard, codec }) {
  const array = describeArray(section, path);
  const { files, chunkLength } = array;
  mkdirSync(join(store, path, "c"), { recursive: true });
  const sizes = [];
  for (let first = 0; first < files.length; first += chunksPerShard) {
    const shard = join(store, path, "c", String(first / chunksPerShard));
    const inner = files.slice(first, first + chunksPerShard);
    writeShard(shard, chunksPerShard, inner, (file) =>
      codec === "none" ? decodeChunk(readFileSync(file), array) : readFileSync(file),
    );
    sizes.push(statSync(shard).size);
  }
  const metadataPath = join(store, path, "zarr.json");
  const metadata = JSON.parse(readFileSync(metadataPath, "utf8"));
  const codecs = codec === "none" ? metadata.codecs.slice(0, 1) : metadata.codecs;
  changeMetadata(metadata, { codecs, chunkLength, shardLength: chunkLength * chunksPerShard });
  writeFileSync(metadataPath, JSON.stringify(metadata));
  const rootPath = join(store, "zarr.json");
  const root = JSON.parse(readFileSync(rootPath, "utf8"));
  const copy = root.consolidated_metadata?.metadata[path];
  if (copy) {
    changeMetadata(copy, { codecs, chunkLength, shardLength: chunkLength * chunksPerShard });
    writeFileSync(rootPath, JSON.stringify(root));
  }
  return sizes;
}

function writeShard(path, chunkCount, chunks, encoded) {
  const index = new DataView(new ArrayBuffer(16 * chunkCount + 4));
  const file = openSync(path, "w");
  let at = 0;
  for (let i = 0; i < chunkCount; i++) {
    const bytes = i < chunks.length && existsSync(chunks[i]) ? encoded(chunks[i]) : undefined;
    index.setBigUint64(16 * i, bytes ? BigInt(at) : NEVER_WRITTEN, true);
    index.setBigUint64(16 * i + 8, bytes ? BigInt(bytes.length) : NEVER_WRITTEN, true);
    if (!bytes) continue;
    writeSync(file, bytes);
    at += bytes.length;
  }
  index.setUint32(16 * chunkCount, crc32c(new Uint8Array(index.buffer, 0, 16 * chunkCount)), true);
  writeSync(file, new Uint8Array(index.buffer));
  closeSync(file);
}

function changeMetadata(metadata, { codecs, chunkLength, shardLength }) {
  metadata.chunk_grid.configuration.chunk_shape = [shardLength];
  metadata.codecs = [
    {
      name: "sharding_indexed",
      configuration: {
        chunk_shape: [chunkLength],
        codecs,
        index_codecs: [{ name: "bytes", configuration: { endian: "little" } }, { name: "crc32c" }],
        index_location: "end",
      },
    },
  ];
}

/** Castagnoli's checksum, bit by bit (RFC 3720, appendix B.4). */
function crc32c(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
