import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { openSpatial, readColumn } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";
import { contentOf } from "./store-content.js";
import { binName, pixelOf, writeHdBins } from "./vendor/write-hd.js";

const stores = smallStores();

/** The small section, each count of a spot in some bin of a square of 6 x 6 bins of 2 um; bins in no order. */
async function smallBins() {
  const store = await openStore(stores.spatial);
  const section = await openSpatial(store);
  const { indptr, indices, values, spotCount } = await collect(section.counts);
  await store.close();
  const bins = new Map<string, { place: [number, number]; row: [number, number][] }>();
  for (let spot = 0; spot < spotCount; spot++) {
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++) {
      const place: [number, number] = [
        6 * Math.floor(spot / 20) + ((7 * i) % 6),
        6 * (spot % 20) + ((i >> 2) % 6),
      ];
      const bin = bins.get(place.join()) ?? { place, row: [] };
      bins.set(place.join(), bin);
      bin.row.push([indices[i], values[i]]);
    }
  }
  const list = [...bins.values()].sort((a, b) => ((a.place[0] * 31) % 17) - ((b.place[0] * 31) % 17));
  const { geneNames: genes } = section;
  return { genes, rows: list.map(({ row }) => row), places: list.map(({ place }) => place) };
}

/** Counts of a converted store by the names of spots and genes, and positions by name. */
async function readBack(path: string) {
  const store = await openStore(path);
  const section = await openSpatial(store);
  const { indptr, indices, values, spotCount } = await collect(section.counts);
  const where = await section.readCoordinates();
  const bins = new Map<string, { counts: Map<string, number>; x: number; y: number }>();
  for (let spot = 0; spot < spotCount; spot++) {
    const counts = new Map<string, number>();
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++)
      counts.set(section.geneNames[indices[i]], values[i]);
    const [x, y] = where.values.subarray(2 * spot, 2 * spot + 2);
    bins.set(await section.readSpotName(spot), { counts, x, y });
  }
  const tissue = await readColumn(store, "obs/in_tissue");
  const scale = await section.micrometersPerUnit();
  await store.close();
  return { bins, tissue: tissue.kind === "number" ? [...tissue.values] : [], scale };
}

describe("bins of Visium HD that are not stored", () => {
  it.each([
    ["an HDF5 file", false],
    ["Market Exchange", true],
  ])("are added up from those of %s that are, and run", async (_, isMex) => {
    const folder = await temporaryFolder();
    const { genes, rows, places } = await smallBins();
    const sample = join(folder, "sample");
    const outside = [[0, 500]] as const;
    await writeHdBins(join(sample, "outs"), { genes, rows }, places, { isMex, outside });
    const out = join(folder, "section.zarr");
    const found = await runCli(["convert", sample, out, "--bin", "12um", "--scratch", folder]);
    expect(found).toMatchObject({ code: 0, stdout: expect.stringMatching(/200 spots x 120 genes/) });
    expect(found.stderr).toMatch(/Visium HD, bins of 12um pooled from 2um/);

    const expected = new Map<string, { counts: Map<string, number>; x: number; y: number; n: number }>();
    places.forEach(([row, column], i) => {
      const name = binName(12, Math.floor(row / 6), Math.floor(column / 6));
      const bin = expected.get(name) ?? { counts: new Map(), x: 0, y: 0, n: 0 };
      expected.set(name, bin);
      const [x, y] = pixelOf(row, column);
      Object.assign(bin, { x: bin.x + x, y: bin.y + y, n: bin.n + 1 });
      for (const [gene, count] of rows[i])
        bin.counts.set(genes[gene], (bin.counts.get(genes[gene]) ?? 0) + count);
    });
    const { bins, tissue, scale } = await readBack(out);
    expect([...bins.keys()]).toEqual([...expected.keys()].sort());
    for (const [name, { counts, x, y, n }] of expected)
      expect(bins.get(name)).toEqual({ counts, x: x / n, y: y / n });
    expect(tissue).toEqual(new Array(200).fill(1));
    expect(scale).toBe(1);

    const results: unknown[] = [];
    for (const [input, ...more] of [[sample, "--bin", "12um"], [out]]) {
      const result = join(folder, `r${results.length}.zarr`);
      const args = ["run", input, "--reference", stores.reference, "--out", result, "--scratch", folder];
      const ran = await runCli([...args, "--quiet", ...more]);
      expect(ran).toMatchObject({ code: 0 });
      const content = await contentOf(join(result, "obsm", "flashdeconv"));
      results.push([...content].filter(([name]) => /\/\d[\d.]*$/.test(name)));
    }
    expect(results[0]).toEqual(results[1]);
    expect((await readdir(folder)).sort()).toEqual(["r0.zarr", "r1.zarr", "sample", "section.zarr"]);
  });

  it("come from the largest that are a part of them; others are refused with those there are", async () => {
    const folder = await temporaryFolder();
    const { genes, rows, places } = await smallBins();
    const outs = join(folder, "outs");
    await writeHdBins(outs, { genes, rows }, places, { edge: 2 });
    await writeHdBins(outs, { genes, rows }, places, { edge: 8 });
    for (const [bin, called] of [
      ["24um", /bins of 24um pooled from 8um/],
      ["6um", /bins of 6um pooled from 2um/],
      ["8um", /bins of 8um,/],
    ] as const) {
      const { code, stdout } = await runCli(["inspect", folder, "--bin", bin, "--quiet"]);
      expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(called) });
    }
    for (const bin of ["5um", "1um", "0um", "-8um", "2.5um", "8", "16000um"]) {
      const { code, stderr } = await runCli(["inspect", folder, "--bin", bin]);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/--bin.*\(2um, 8um\), or a multiple of one/),
      });
    }
    const alone = join(outs, "binned_outputs", "square_002um");
    expect(await runCli(["inspect", alone, "--bin", "8um"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--bin.*binned_outputs/),
    });
  });

  it("are refused where a bin is there twice or has no position", async () => {
    const folder = await temporaryFolder();
    const matrix = { genes: ["A", "B"], rows: [[[0, 1]], [[1, 2]]] as [number, number][][] };
    await writeHdBins(join(folder, "twice"), matrix, [
      [0, 1],
      [0, 1],
    ]);
    expect(await runCli(["inspect", join(folder, "twice"), "--bin", "4um"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/1 bin listed twice/),
    });
    await writeHdBins(join(folder, "lost"), matrix, [
      [0, 1],
      [Number.NaN, 9],
    ]);
    expect(await runCli(["inspect", join(folder, "lost"), "--bin", "4um"])).toMatchObject({ code: 2 });
  });
});
