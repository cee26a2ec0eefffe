import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { encodeShard } from "../../../packages/io-zarr/test/shard-encoder.js";
import { hasNginx, nginxServer } from "../../../packages/stores/test/nginx-server.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { contentOf } from "./store-content.js";

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));

const CHUNK_LENGTH = 65_536;
/** Chunks of a shard; most of them were never written. */
const CHUNKS_PER_SHARD = 4096;
/** The shard's size on the disk. Its chunks lie far apart, and between them is nothing: a disk keeps only the chunks. */
const SHARD_BYTES = 2 ** 30;

/** Puts all chunks of an array into one shard of a gigabyte, as chunks of CHUNK_LENGTH. Returns the bytes of the chunks. */
async function shardSparsely(store: string, path: string): Promise<number> {
  const file = join(store, path, "zarr.json");
  const metadata = JSON.parse(await readFile(file, "utf8"));
  const folder = join(store, path, "c");
  const names = (await readdir(folder)).sort((a, b) => Number(a) - Number(b));
  const parts = await Promise.all(names.map(async (name) => gunzipSync(await readFile(join(folder, name)))));
  const items = Buffer.concat(parts).subarray(0, 4 * metadata.shape[0]);
  await rm(folder, { recursive: true });
  await mkdir(folder);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < items.length; at += 4 * CHUNK_LENGTH) {
    const whole = new Uint8Array(4 * CHUNK_LENGTH);
    whole.set(items.subarray(at, at + whole.length));
    chunks.push(gzipSync(whole, { level: 1 }));
  }
  const distance = Math.floor((SHARD_BYTES - 16 * CHUNKS_PER_SHARD) / (chunks.length + 1));
  // The index of a shard whose chunks lie close, moved apart.
  const close = encodeShard([...chunks, ...new Array(CHUNKS_PER_SHARD - chunks.length)], "end", false);
  const index = new DataView(close.buffer, close.length - 16 * CHUNKS_PER_SHARD);
  const shard = await open(join(folder, "0"), "w");
  for (const [i, chunk] of chunks.entries()) {
    index.setBigUint64(16 * i, BigInt((i + 1) * distance), true);
    await shard.write(chunk, 0, chunk.length, (i + 1) * distance);
  }
  await shard.write(
    new Uint8Array(close.buffer, index.byteOffset),
    0,
    16 * CHUNKS_PER_SHARD,
    SHARD_BYTES - 16 * CHUNKS_PER_SHARD,
  );
  await shard.close();
  metadata.chunk_grid.configuration.chunk_shape = [CHUNK_LENGTH * CHUNKS_PER_SHARD];
  metadata.codecs = [
    {
      name: "sharding_indexed",
      configuration: {
        chunk_shape: [CHUNK_LENGTH],
        codecs: metadata.codecs,
        index_codecs: [{ name: "bytes", configuration: { endian: "little" } }],
        index_location: "end",
      },
    },
  ];
  await writeFile(file, JSON.stringify(metadata));
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

/** The same section in single chunks and in shards; the reference; bytes of the chunks in shards. */
async function sections() {
  const folder = await temporaryFolder();
  const sizes = ["--spots", "12000", "--genes", "300", "--types", "4", "--depth", "120"];
  const made = await runCli(["simulate", folder, ...sizes, "--zarr-format", "3", "--overwrite"]);
  expect(made.code, made.stderr).toBe(0);
  const sharded = join(folder, "sharded.zarr");
  await cp(join(folder, "spatial.zarr"), sharded, { recursive: true });
  // Consolidated metadata would tell of the single chunks.
  const root = JSON.parse(await readFile(join(sharded, "zarr.json"), "utf8"));
  delete root.consolidated_metadata;
  await writeFile(join(sharded, "zarr.json"), JSON.stringify(root));
  const stored = (await shardSparsely(sharded, "X/data")) + (await shardSparsely(sharded, "X/indices"));
  return { folder, reference: join(folder, "reference.zarr"), stored };
}

async function run(section: string, reference: string, out: string) {
  const args = [
    "run",
    section,
    "--reference",
    reference,
    "--out",
    out,
    "--workers",
    "2",
    "--json",
    "--quiet",
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args]);
  return JSON.parse(stdout);
}

describe.skipIf(!isBuilt)("shards of a gigabyte (skipped where nothing is built)", () => {
  it("are read chunk by chunk: within the planned memory, with the bits of single chunks", async () => {
    const { folder, reference } = await sections();
    const single = await run(join(folder, "spatial.zarr"), reference, join(folder, "single"));
    const sharded = await run(join(folder, "sharded.zarr"), reference, join(folder, "in-shards"));
    expect(await contentOf(join(folder, "in-shards"))).toEqual(await contentOf(join(folder, "single")));
    for (const { memory, resources } of [single, sharded]) {
      expect(resources.peak_rss_bytes).toBeLessThan(memory.total_bytes);
    }
    // A chunk of a shard is what counts, not the shard; a whole one would not fit.
    expect(sharded.memory.total_bytes).toBeLessThanOrEqual(single.memory.total_bytes);
    expect(sharded.memory.total_bytes).toBeLessThan(SHARD_BYTES);
  });

  it.skipIf(!hasNginx)(
    "behind nginx cost no more bytes than their chunks and indexes (skipped where nginx is not installed)",
    async () => {
      const { folder, reference, stored } = await sections();
      const server = await nginxServer(folder);
      const far = await run(`${server.url}/sharded.zarr`, reference, join(folder, "far"));
      await run(join(folder, "spatial.zarr"), reference, join(folder, "single"));
      expect(await contentOf(join(folder, "far"))).toEqual(await contentOf(join(folder, "single")));
      expect(far.resources.peak_rss_bytes).toBeLessThan(far.memory.total_bytes);
      const requests = (await server.log()).filter(({ path }) => /X\/(data|indices)\/c\/0$/.test(path));
      expect(requests.every(({ status, range }) => status === 206 && range !== undefined)).toBe(true);
      const { genes, statistics } = far.transfer.spatial.stages;
      // Two arrays; an index of each for each of three threads, and a chunk of each where ranges of two threads meet.
      const indexes = 2 * 3 * 16 * CHUNKS_PER_SHARD;
      const most = 1.1 * stored + indexes + 2 * 4 * CHUNK_LENGTH;
      for (const { bytes_received: bytes } of [genes, statistics]) {
        expect(bytes).toBeGreaterThan(0.9 * stored);
        expect(bytes).toBeLessThan(most);
      }
    },
  );
});
