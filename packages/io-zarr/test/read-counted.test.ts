import { collect } from "@flashdeconv/core";
import { openReference, openSpatial, readColumn } from "@flashdeconv/io-zarr";
import { expect, it } from "vitest";
import { strings, tinyAnnData } from "./read-tiny-anndata.js";
import type { TinyZarr } from "./read-tiny-zarr.js";

/** 40 rows of 5 entries each: entry `i` of `data` lies in chunk `i / 10`, so that a chunk holds two rows. */
const ROWS = Array.from({ length: 40 }, (_, row) =>
  Array.from({ length: 8 }, (_, column) => (column < 5 ? row + column + 1 : 0)),
);

/** Chunks of these arrays that were read since `from`. */
function chunksRead(zarr: TinyZarr, from: number, ...arrays: string[]): string[] {
  return zarr.reads
    .slice(from)
    .filter((key) => arrays.some((path) => key.startsWith(`${path}/`)) && !/z/.test(key));
}

it("opening reads the gene names and no other chunk", async () => {
  const zarr = tinyAnnData(ROWS, { chunkLength: 10 });
  await openSpatial(zarr);
  expect(zarr.reads.filter((key) => /\/\d+(\.\d+)?$/.test(key))).toEqual(["var/_index/0"]);
});

it("a range of CSR rows costs the chunks it touches, each once", async () => {
  const zarr = tinyAnnData(ROWS, { chunkLength: 10 });
  const { counts } = await openSpatial(zarr);
  await collect(counts, { spotRange: { start: 0, end: 1 } });
  const offsets = chunksRead(zarr, 0, "X/indptr").length;
  expect(offsets).toBe(5); // 41 offsets in chunks of 10, read once for all passes

  const [before, bytes] = [zarr.reads.length, zarr.bytesRead];
  await collect(counts, { spotRange: { start: 13, end: 17 } });
  // Entries 65 .. 85: chunks 6, 7 and 8 of each array.
  expect(chunksRead(zarr, before, "X").sort()).toEqual(
    ["data", "indices"].flatMap((name) => [6, 7, 8].map((chunk) => `X/${name}/${chunk}`)),
  );
  expect(zarr.bytesRead - bytes).toBe(6 * 10 * 4);
});

it("a pass over CSR rows reads each chunk once, however small the yielded chunks are", async () => {
  for (const maxChunkBytes of [1, 100, 10_000]) {
    const zarr = tinyAnnData(ROWS, { chunkLength: 7 });
    const { counts } = await openSpatial(zarr, { maxChunkBytes });
    await collect(counts);
    const read = chunksRead(zarr, 0, "X/data", "X/indices");
    expect(read).toHaveLength(2 * Math.ceil(200 / 7));
    expect(new Set(read).size).toBe(read.length);
  }
});

it("yielded chunks stay within the limit, but for single rows, and end where stored chunks end", async () => {
  const zarr = tinyAnnData(ROWS, { chunkLength: 10 });
  const { counts } = await openSpatial(zarr, { maxChunkBytes: 8 * 34 });
  const lengths: number[] = [];
  for await (const chunk of counts.chunks()) lengths.push(chunk.values.length);
  // At most 34 entries: three stored chunks of 10, which are six rows.
  expect(lengths).toEqual([30, 30, 30, 30, 30, 30, 20]);
});

it("nothing is read before a chunk is asked for, and nothing after the loop is left", async () => {
  const zarr = tinyAnnData(ROWS, { chunkLength: 10 });
  const { counts } = await openSpatial(zarr, { maxChunkBytes: 8 * 10 });
  const before = zarr.reads.length;
  const pass = counts.chunks()[Symbol.asyncIterator]();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(zarr.reads.length).toBe(before);
  await pass.next();
  await pass.return?.();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(chunksRead(zarr, before, "X/data", "X/indices")).toHaveLength(2);
});

it("a CSC matrix within the budget is read once a pass", async () => {
  const zarr = tinyAnnData(ROWS, { encoding: "csc", chunkLength: 10 });
  const { counts } = await openSpatial(zarr, { maxTransposeBytes: 2 * 200 * 8, maxChunkBytes: 100 });
  await collect(counts);
  expect(chunksRead(zarr, 0, "X/data", "X/indices")).toHaveLength(40);
});

it("a CSC matrix beyond the budget is read once per block, and its indices once more in all", async () => {
  const zarr = tinyAnnData(ROWS, { encoding: "csc", chunkLength: 10 });
  // 50 entries a block: 10 rows, four blocks.
  const { counts } = await openSpatial(zarr, { maxTransposeBytes: 50 * 8 });
  await collect(counts);
  expect(chunksRead(zarr, 0, "X/data")).toHaveLength(4 * 20);
  expect(chunksRead(zarr, 0, "X/indices")).toHaveLength(5 * 20);
  const before = zarr.reads.length;
  await collect(counts, { spotRange: { start: 12, end: 20 } });
  expect(chunksRead(zarr, before, "X/data", "X/indices")).toHaveLength(2 * 20);
});

it("a range of dense rows costs the chunks of these rows", async () => {
  const zarr = tinyAnnData(ROWS, { encoding: "dense", chunkLength: 4 });
  const { counts } = await openSpatial(zarr);
  await collect(counts, { spotRange: { start: 5, end: 9 } });
  expect(chunksRead(zarr, 0, "X").sort()).toEqual(["X/1.0", "X/1.1", "X/2.0", "X/2.1"]);
});

it("one spot name costs one chunk, and all names each chunk once, as bytes", async () => {
  const names = ROWS.map((_, i) => `spot ${i} µ`);
  const zarr = tinyAnnData(ROWS);
  strings(zarr, "obs/_index", names, 8);
  const dataset = await openSpatial(zarr);
  const before = zarr.reads.length;
  expect(await dataset.readSpotName(17)).toBe("spot 17 µ");
  expect(chunksRead(zarr, before, "obs/_index")).toEqual(["obs/_index/2"]);

  const texts: string[] = [];
  for await (const { start, count, offsets, bytes } of dataset.spotNames()) {
    expect(start).toBe(texts.length);
    for (let i = 0; i < count; i++) {
      texts.push(new TextDecoder().decode(bytes.subarray(offsets[i], offsets[i + 1])));
    }
  }
  expect(texts).toEqual(names);
  expect(chunksRead(zarr, before + 1, "obs/_index")).toHaveLength(5);
});

it("metadata is read once, and not at all where the root has a copy", async () => {
  for (const format of [2, 3] as const) {
    const zarr = tinyAnnData(ROWS, { format, labels: ROWS.map((_, i) => `type ${i % 3}`) });
    const isMetadata = (key: string) => /(\.zarray|\.zgroup|\.zattrs|\.zmetadata|zarr\.json)$/.test(key);
    await openReference(zarr);
    const plain = zarr.reads.filter(isMetadata);
    expect(new Set(plain).size).toBe(plain.length);

    const documents: Record<string, unknown> = {};
    for (const [key, bytes] of zarr.files) {
      if (isMetadata(key)) documents[key] = JSON.parse(new TextDecoder().decode(bytes));
    }
    if (format === 2) {
      zarr.json(".zmetadata", { zarr_consolidated_format: 1, metadata: documents });
    } else {
      const root = documents["zarr.json"] as object;
      const others = Object.entries(documents).filter(([key]) => key !== "zarr.json");
      const metadata = Object.fromEntries(
        others.map(([key, value]) => [key.replace("/zarr.json", ""), value]),
      );
      zarr.json("zarr.json", { ...root, consolidated_metadata: { kind: "inline", metadata } });
    }
    zarr.reads.length = 0;
    await openReference(zarr);
    const allowed = format === 2 ? [".zgroup", ".zmetadata"] : ["zarr.json"];
    expect(zarr.reads.filter(isMetadata).sort()).toEqual(allowed);
    await readColumn(zarr, "obs/cell_type");
  }
});
