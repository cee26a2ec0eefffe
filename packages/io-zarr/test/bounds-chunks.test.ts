import { deflateSync, gzipSync } from "node:zlib";
import { collect, FormatError } from "@flashdeconv/core";
import { openReference, openSpatial, readColumn, readObsm } from "@flashdeconv/io-zarr";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { registry } from "zarrita";
import { checkBloscFrame } from "../../stores/src/codecs/check-blosc-frame.js";
import { checkLz4Frame } from "../../stores/src/codecs/check-lz4-frame.js";
import { checkZstdFrames } from "../../stores/src/codecs/check-zstd-frames.js";
import { useNativeCodecs } from "../../stores/src/codecs/native-codecs.js";
import { UNPACKING_CODECS, type UnpackingCodec, unpack } from "../../stores/src/codecs/unpack.js";
import { useNodeCodecs } from "../../stores/src/node/node-codecs.js";
import { mostChunkBytes } from "../src/bounds.js";
import { registeredCodecName, supportedCodecNames } from "../src/codecs/codec-registry.js";
import { tinyAnnData } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";

const MIB = 2 ** 20;

async function pack(codec: UnpackingCodec, bytes: Uint8Array): Promise<Uint8Array> {
  if (codec === "gzip") return gzipSync(bytes);
  if (codec === "zlib") return deflateSync(bytes);
  const Codec = (await registry.get(codec)?.()) as unknown as {
    fromConfig(configuration: unknown): { encode(bytes: Uint8Array): Promise<Uint8Array> };
  };
  return Codec.fromConfig({ clevel: 5, cname: "lz4", shuffle: 0, blocksize: 0, level: 1 }).encode(bytes);
}

const bombs = new Map<string, Promise<Uint8Array>>();
/** So many packed zeros, made once: packing them takes longer than all that is done with them. */
function bombOf(codec: UnpackingCodec, mebibytes: number): Promise<Uint8Array> {
  const name = `${codec} ${mebibytes}`;
  const bomb = bombs.get(name) ?? pack(codec, new Uint8Array(mebibytes * MIB));
  bombs.set(name, bomb);
  return bomb;
}

/** A zstd frame that does not tell its size: blocks that repeat a byte. */
function frameOf(blocks: number, repeated = 2 ** 17): Uint8Array {
  const bytes = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
  for (let i = 1; i <= blocks; i++) {
    const head = (repeated << 3) | 2 | Number(i === blocks);
    bytes.push(head & 255, (head >> 8) & 255, head >> 16, 7);
  }
  return Uint8Array.from(bytes);
}

describe.each([
  ["the runtime's codecs", useNodeCodecs],
  ["those of a browser", () => useNativeCodecs({})],
])("with %s", (_, use) => {
  beforeEach(use);
  afterEach(useNodeCodecs);

  it.each(UNPACKING_CODECS)("%s unpacks what fits, and no more", async (codec) => {
    const bytes = Uint8Array.from({ length: 2 * MIB }, (_, i) => (i >> 12) & 255);
    const packed = await pack(codec, bytes);
    expect(await unpack(codec, packed, { most: 2 * MIB, expected: 2 * MIB })).toEqual(bytes);
    expect(await unpack(codec, packed, { most: 4 * MIB })).toEqual(bytes);
    await expect(unpack(codec, packed, { most: 2 * MIB - 1, expected: 2 * MIB })).rejects.toThrow(/bytes/);
    await expect(unpack(codec, packed, { most: MIB })).rejects.toThrow(/bytes/);
  });

  it.each(UNPACKING_CODECS)(
    "a chunk of %s that unpacks to far more takes no memory for it",
    async (codec) => {
      const bomb = await bombOf(codec, 128);
      const before = process.memoryUsage.rss();
      await expect(unpack(codec, bomb, { most: MIB, expected: 1000 })).rejects.toThrow(/bytes/);
      expect(process.memoryUsage.rss() - before).toBeLessThan(64 * MIB);
    },
  );

  it("members of gzip and frames of zstd, one after the other, are bounded together", async () => {
    const half = new Uint8Array(0.75 * MIB);
    for (const codec of ["gzip", "zstd"] as const) {
      const one = await pack(codec, half);
      const both = Buffer.concat([one, one]);
      // Streams of a runtime may stop after the first member of gzip.
      const found = await unpack(codec, both, { most: MIB }).then(
        ({ length }) => length,
        () => 0,
      );
      expect(found).toBeLessThanOrEqual(MIB);
    }
  });

  it("a frame of zstd without a size is counted by its blocks", async () => {
    expect(await unpack("zstd", frameOf(8), { most: MIB })).toHaveLength(MIB);
    await expect(unpack("zstd", frameOf(9), { most: MIB })).rejects.toThrow(/bytes/);
    await expect(unpack("zstd", frameOf(100_000), { most: MIB })).rejects.toThrow(/bytes/);
  });

  const CODECS: Readonly<Record<UnpackingCodec, unknown>> = {
    gzip: { id: "gzip", level: 1 },
    zlib: { id: "zlib", level: 1 },
    zstd: { id: "zstd", level: 1 },
    lz4: { id: "lz4", acceleration: 1 },
    blosc: { id: "blosc", cname: "lz4", clevel: 5, shuffle: 0 },
  };

  it.each(UNPACKING_CODECS)(
    "a store whose chunks of %s are bombs is refused, array by array",
    async (codec) => {
      const bomb = await bombOf(codec, 16);
      const ways: [string, string, (zarr: TinyZarr) => Promise<unknown>][] = [
        ["X/data", "0", async (zarr) => collect((await openSpatial(zarr)).counts)],
        ["X/indices", "0", async (zarr) => collect((await openSpatial(zarr)).counts)],
        ["X/indptr", "0", async (zarr) => collect((await openSpatial(zarr)).counts)],
        ["var/_index", "0", (zarr) => openSpatial(zarr)],
        ["obs/_index", "0", async (zarr) => (await openSpatial(zarr)).readSpotName(0)],
        ["obs/cell_type", "0", (zarr) => openReference(zarr)],
        ["obs/cell_type", "0", (zarr) => readColumn(zarr, "obs/cell_type")],
        ["obsm/spatial", "0.0", async (zarr) => (await openSpatial(zarr)).readCoordinates()],
        ["obsm/spatial", "0.0", async (zarr) => collect((await readObsm(zarr, "spatial")).values)],
      ];
      for (const [path, chunk, read] of ways) {
        const zarr = tinyAnnData([[1, 2, 3]], { labels: ["A"] });
        const key = `${path}/.zarray`;
        const document = JSON.parse(new TextDecoder().decode(zarr.files.get(key)));
        zarr.json(key, { ...document, compressor: CODECS[codec] });
        zarr.files.set(`${path}/${chunk}`, bomb);
        const error = (await read(zarr).catch((thrown) => thrown)) as FormatError;
        expect(error, path).toBeInstanceOf(FormatError);
        expect(error.message, path).toMatch(`${path}: found chunk ${path}/${chunk} with`);
      }
    },
  );
});

describe("what decoders would believe", () => {
  it("a header of LZ4 or Blosc that tells of more is refused by it alone", () => {
    const frame = new DataView(new ArrayBuffer(20));
    frame.setUint32(0, 2 ** 31, true);
    expect(() => checkLz4Frame(new Uint8Array(frame.buffer), MIB)).toThrow("says 2147483648 bytes unpacked");
    expect(() => checkLz4Frame(new Uint8Array(3), MIB)).toThrow("ends within");
    frame.setUint32(12, 20, true);
    frame.setUint32(4, 2 ** 31, true);
    expect(() => checkBloscFrame(new Uint8Array(frame.buffer), MIB)).toThrow("2147483648 bytes unpacked");
    frame.setUint32(4, 400, true);
    checkBloscFrame(new Uint8Array(frame.buffer), MIB);
    frame.setUint32(8, 2 ** 30, true);
    expect(() => checkBloscFrame(new Uint8Array(frame.buffer), MIB)).toThrow(
      "blocks of 1073741824 bytes in 400",
    );
  });

  it("a frame of zstd that is cut, or has a window to fill the memory, is refused", async () => {
    const packed = await pack(
      "zstd",
      Uint8Array.from({ length: 5000 }, (_, i) => (i * i) >> 5),
    );
    checkZstdFrames(packed, 5000);
    for (let length = 1; length < packed.length; length += 97) {
      if (length < 4) checkZstdFrames(packed.subarray(0, length), 5000);
      else expect(() => checkZstdFrames(packed.subarray(0, length), 4999)).toThrow();
    }
    const wide = frameOf(1);
    wide[5] = 0xff;
    expect(() => checkZstdFrames(wide, 100 * MIB)).toThrow(/window is of/);
    expect(() => checkZstdFrames(Uint8Array.of(1, 2, 3, 4, 5), MIB)).toThrow("not a zstd frame");
  });

  it("bounds follow the items of a chunk, and texts the memory there is", () => {
    const facts = { itemCount: 2 ** 20, itemBytes: 4, mostBytes: 2 ** 31 };
    expect(mostChunkBytes(facts)).toBe(8 * MIB);
    expect(mostChunkBytes({ ...facts, itemCount: 10 })).toBe(MIB);
    const texts = { ...facts, itemBytes: undefined };
    expect(mostChunkBytes(texts)).toBe(2 ** 29);
    expect(mostChunkBytes({ ...texts, itemCount: 100 })).toBe(4 * MIB);
    expect(mostChunkBytes({ ...texts, mostBytes: 2 ** 27 })).toBe(2 ** 25);
  });

  it("no codec is used that may make more of less and is not bounded", () => {
    const known = supportedCodecNames().filter((name) => name !== "sharding_indexed");
    expect(known).toEqual([
      "bitround",
      "blosc",
      "bytes",
      "cast_value",
      "crc32c",
      "delta",
      "gzip",
      "lz4",
      "scale_offset",
      "shuffle",
      "transpose",
      "vlen-utf8",
      "zlib",
      "zstd",
    ]);
    for (const name of ["json2", "numcodecs.json2", "sharding_indexed", "flashdeconv.gzip", "pcodec"]) {
      expect(registeredCodecName(name, 3)).toBeUndefined();
      expect(registeredCodecName(name, 2)).toBeUndefined();
    }
  });

  it("a codec that was given no bound does not work", async () => {
    const name = registeredCodecName("gzip", 3) as string;
    const Codec = (await registry.get(name)?.()) as { fromConfig(...all: unknown[]): unknown };
    expect(() => Codec.fromConfig({}, { shape: [1], dataType: "int8" })).toThrow("without a bound");
  });
});

describe("lengths that metadata tell", () => {
  const read = async (
    change: (zarr: TinyZarr) => void,
    mostBytes: number,
    work: (zarr: TinyZarr) => Promise<unknown>,
  ) => {
    const zarr = Object.assign(tinyAnnData([[1, 2, 3]], { labels: ["A"] }), { mostBytes });
    change(zarr);
    const error = await work(zarr).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FormatError);
    return error as FormatError;
  };
  const edit = (key: string, change: object) => (zarr: TinyZarr) =>
    zarr.json(key, { ...JSON.parse(new TextDecoder().decode(zarr.files.get(key))), ...change });

  it.each([
    ["labels", "obs/cell_type/.zarray", 1e9, (zarr: TinyZarr) => openReference(zarr)],
    ["names of genes", "var/_index/.zarray", 1e9, (zarr: TinyZarr) => openSpatial(zarr)],
  ] as const)(
    "%s beyond the memory are refused before a byte of them is read",
    async (_, key, length, work) => {
      const path = key.slice(0, -"/.zarray".length);
      const change = (zarr: TinyZarr) => {
        edit(key, { shape: [length] })(zarr);
        if (path === "var/_index") edit("X/.zattrs", { shape: [1, length] })(zarr);
      };
      const error = await read(change, 2 ** 28, work);
      expect(error.message).toMatch(/memory are needed, expected at most 256 MiB.*`maxMemory`/);
    },
  );

  it("a chunk that would take more than its share is refused before it is read", async () => {
    const change = edit("obsm/spatial/.zarray", { chunks: [2 ** 25, 2] });
    const error = await read(change, 2 ** 28, async (zarr) => (await openSpatial(zarr)).readCoordinates());
    expect(error.found).toBe("chunks of 33554432 x 2 items, for which 512 MiB of memory are needed");
  });

  it("a product that no number holds is no way around", async () => {
    const huge = { shape: [2 ** 50, 2 ** 50], chunks: [2 ** 50, 2 ** 50] };
    const error = await read(edit("obsm/spatial/.zarray", huge), 2 ** 28, (zarr) =>
      readObsm(zarr, "spatial"),
    );
    expect(error.found).toMatch(/chunks of/);
  });
});
