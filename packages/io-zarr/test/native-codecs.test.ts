import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import zlib from "node:zlib";
import { collect, memorySource } from "@flashdeconv/core";
import { memoryStore } from "@flashdeconv/stores";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nativeCodec, useNativeCodecs } from "../../stores/src/codecs/native-codecs.js";
import { compressorLike, compressorOf } from "../src/codecs/compressors.js";
import { openSpatial, writeAnnData } from "../src/index.js";
import { createStore, openStore } from "../src/node.js";

const hasZstd = "zstdDecompressSync" in zlib;
const compressors = hasZstd ? (["gzip", "zstd"] as const) : (["gzip"] as const);
const MAGIC = { gzip: [0x1f, 0x8b], zstd: [0x28, 0xb5] };

const spotCount = 500;
const indptr = Int32Array.from({ length: spotCount + 1 }, (_, i) => 3 * i);
const counts = memorySource({
  kind: "csr",
  spotStart: 0,
  spotCount,
  width: 40,
  indptr,
  indices: Int32Array.from({ length: 3 * spotCount }, (_, i) => (((i / 3) | 0) % 13) + 13 * (i % 3)),
  values: Float32Array.from({ length: 3 * spotCount }, (_, i) => 1 + (i % 5)),
});
const contents = {
  spotCount,
  spotNames: Array.from({ length: spotCount }, (_, i) => `spot ${i} µ`),
  geneNames: Array.from({ length: 40 }, (_, i) => `gene ${i}`),
  X: counts,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "flashdeconv-codecs-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(() => useNativeCodecs({}));

describe.each(compressors)("Node's own %s", (compressor) => {
  it.each([2, 3] as const)(
    "writes Zarr v%i that is read the same with it and without it",
    async (zarrFormat) => {
      const path = join(folder, `${compressor}-${zarrFormat}.zarr`);
      await writeAnnData(await createStore(path), contents, { compressor, zarrFormat, valuesPerChunk: 400 });
      const chunk = readFileSync(join(path, zarrFormat === 2 ? "X/data/0" : "X/data/c/0"));
      expect([...chunk.subarray(0, 2)]).toEqual(MAGIC[compressor]);

      const read = async (native: boolean) => {
        const store = await openStore(path);
        if (!native) useNativeCodecs({});
        expect(nativeCodec(compressor) !== undefined).toBe(native);
        const section = await openSpatial(store);
        return {
          counts: await collect(section.counts),
          genes: section.geneNames,
          last: await section.readSpotName(499),
        };
      };
      const own = await read(true);
      expect(own).toEqual(await read(false));
      expect(own).toEqual({ counts: await collect(counts), genes: contents.geneNames, last: "spot 499 µ" });
    },
  );

  it("refuses a chunk that is cut or changed, naming it", async () => {
    const path = join(folder, `${compressor}-bad.zarr`);
    await writeAnnData(await createStore(path), contents, { compressor });
    const file = join(path, "X/indices/0");
    const good = readFileSync(file);
    const section = await openSpatial(await openStore(path));
    for (const bad of [good.subarray(0, good.length / 2), Buffer.from("not compressed"), Buffer.alloc(0)]) {
      writeFileSync(file, bad);
      await expect(collect(section.counts)).rejects.toMatchObject({
        tag: "FormatError",
        message: expect.stringContaining("X/indices: found chunk X/indices/0 with"),
      });
    }
    writeFileSync(file, good);
    expect(await collect(section.counts)).toEqual(await collect(counts));
  });

  it("gives a new array, of whole bytes, however long the chunk turns out to be", async () => {
    await openStore(join(folder, `${compressor}-bad.zarr`));
    const codec = nativeCodec(compressor);
    for (const length of [0, 1, 1000, 300_000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * i) >> 3);
      const encoded = await codec?.encode(bytes);
      for (const expected of [undefined, 0, 10, length, 10 * length, 2 ** 40]) {
        const decoded = await codec?.decode(encoded as Uint8Array, 300_000, expected);
        expect(decoded?.constructor).toBe(Uint8Array);
        expect(Buffer.compare(decoded as Uint8Array, bytes)).toBe(0);
      }
    }
  });
});

it("Node's own zlib reads what Node's zlib wrote", async () => {
  await openStore(join(folder, "gzip-2.zarr"));
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i >> 2);
  expect(await nativeCodec("zlib")?.decode(zlib.deflateSync(bytes), 1000)).toEqual(bytes);
});

it("zstd is refused where the runtime has none, before anything is written", async () => {
  expect(() => compressorOf("zstd")).toThrow(/gzip or none/);
  const store = memoryStore();
  await expect(writeAnnData(store, contents, { compressor: "zstd" })).rejects.toMatchObject({
    tag: "OptionError",
    option: "compressor",
  });
  expect(store.keys()).toEqual([]);
});

describe("what is written beside other data", () => {
  it("is compressed as they are where that is zstd and can be written, else with gzip", async () => {
    for (const codecs of [["zstd"], ["bytes", "zstd"], ["numcodecs.zstd"]]) {
      useNativeCodecs({});
      expect(compressorLike(codecs)).toBe("gzip");
      await createStore(join(folder, "any.zarr")).then((store) => store.discard());
      expect(compressorLike(codecs)).toBe(hasZstd ? "zstd" : "gzip");
    }
    for (const codecs of [[], ["gzip"], ["blosc"], ["not-zstd"]]) expect(compressorLike(codecs)).toBe("gzip");
  });
});
