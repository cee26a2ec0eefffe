import { existsSync, readdirSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { collect } from "@flashdeconv/core";
import { openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
// @ts-expect-error: a script of the benchmarks, without types.
import { runAndKill } from "../../../benchmarks/lib/kill.mjs";
import { gefOfBins, gefOfCells } from "../../../packages/io-vendor/test/gef-files.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";
import { contentOf } from "./store-content.js";

const stores = smallStores();

/** The small section as spots 20 places apart, each with its counts. */
async function smallSection() {
  const store = await openStore(stores.spatial);
  const section = await openSpatial(store);
  const { indptr, indices, values, spotCount } = await collect(section.counts);
  await store.close();
  const spots = Array.from({ length: spotCount }, (_, spot) => ({
    id: spot,
    x: 20 * (spot % 20),
    y: 20 * Math.floor(spot / 20),
    area: 100 + spot,
    counts: Array.from(
      { length: indptr[spot + 1] - indptr[spot] },
      (_, i) => [indices[indptr[spot] + i], values[indptr[spot] + i]] as const,
    ),
  }));
  return { genes: section.geneNames, spots };
}

async function proportionsOf(section: string, folder: string, ...more: string[]) {
  const out = join(folder, `${(await readdir(folder)).length}-result.zarr`);
  const args = [
    "run",
    section,
    "--reference",
    stores.reference,
    "--out",
    out,
    "--quiet",
    "--scratch",
    folder,
  ];
  expect(await runCli([...args, ...more])).toMatchObject({ code: 0, stderr: "" });
  return proportionsIn(await contentOf(join(out, "obsm", "flashdeconv")));
}

function proportionsIn(content: Awaited<ReturnType<typeof contentOf>>) {
  return [...content].filter(([name]) => /\/\d[\d.]*$/.test(name));
}

describe("a GEF file of bins", () => {
  it("runs by bins to the bits of GEM and of what convert makes of it, and says what it is", async () => {
    const folder = await temporaryFolder();
    const { genes, spots } = await smallSection();
    // The order of genes in GEM is that in which they come.
    const records = spots
      .flatMap(({ x, y, counts }) =>
        counts.map(([gene, count]) => ({ gene, x: x + (gene % 20), y: y + (gene % 7), count })),
      )
      .sort((a, b) => a.gene - b.gene);
    const gef = join(folder, "section.gef");
    await writeFile(gef, await gefOfBins({ 1: records }, { genes, countType: "uint16", resolution: 715 }));
    const gem = join(folder, "section.gem");
    const lines = records.map(({ gene, x, y, count }) => `${genes[gene]}\t${x}\t${y}\t${count}\n`);
    await writeFile(gem, `geneID\tx\ty\tMIDCount\n${lines.join("")}`);
    const converted = join(folder, "section.zarr");
    const { stdout } = await runCli(["convert", gef, converted, "--bin", "20"]);
    expect(stdout).toMatch(/200 spots x 120 genes, positions in obsm\/spatial/);
    const store = await openStore(converted);
    expect(await (await openSpatial(store)).micrometersPerUnit()).toBe(0.715);
    await store.close();
    const expected = await proportionsOf(gem, folder, "--bin", "20");
    expect(expected.length).toBeGreaterThan(0);
    expect(await proportionsOf(gef, folder, "--bin", "20")).toEqual(expected);
    expect(await proportionsOf(converted, folder)).toEqual(expected);
    const run = ["run", gem, "--bin", "20", "--reference", stores.reference];
    const resumed = [...run, "--out", join(folder, "again.zarr"), "--resume"];
    expect((await runCli(resumed)).stderr).toContain("it is put in order once");
    const again = await runCli(resumed);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing was left to be done") });
    expect(again.stderr).not.toContain("put in order");
    expect((await runCli(["inspect", gef, "--quiet"])).stdout).toMatch(
      /Stereo-seq, bins of 50 x 50 places pooled from those of 1, 3\d rows x 120 genes/,
    );
    const wrong = await runCli(["inspect", gef, "--bin", "8um"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/--bin.*whole number of places/) });
    expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("without bins of one place gives those that it holds, and names them for others", async () => {
    const folder = await temporaryFolder();
    const gef = join(folder, "bins.gef");
    const records = [{ gene: 0, x: 100, y: 50, count: 2 }];
    await writeFile(gef, await gefOfBins({ 50: records, 20: [] }, { genes: ["Actb"] }));
    expect((await runCli(["inspect", gef, "--quiet"])).stdout).toMatch(
      /bins of 50 x 50 places, 1 rows? x 1 gene/,
    );
    const { code, stderr } = await runCli(["inspect", gef, "--bin", "30"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/--bin.*holds: 20, 50/) });
  });
});

describe("a GEF file of cells", () => {
  it("and bins asks which are meant", async () => {
    const gef = join(await temporaryFolder(), "both.gef");
    const records = [{ gene: 0, x: 100, y: 50, count: 2 }];
    await writeFile(gef, await gefOfBins({ 1: records }, { genes: ["Actb"], hasCells: true }));
    const { code, stderr } = await runCli(["inspect", gef]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/bins and cells.*--bin or --cells/s),
    });
    expect((await runCli(["inspect", gef, "--bin", "50", "--quiet"])).stdout).toMatch(
      /bins of 50 x 50 places/,
    );
    expect((await runCli(["inspect", gef, "--cells"])).stderr).toMatch(/cellBin\/cell: found no records/);
  });

  it("is read where it lies, to the bits of the store that convert makes of it", async () => {
    const folder = await temporaryFolder();
    const { genes, spots } = await smallSection();
    const gef = join(folder, "section.cellbin.gef");
    await writeFile(gef, await gefOfCells(spots, { genes }));
    const converted = join(folder, "section.zarr");
    expect((await runCli(["convert", gef, converted])).stdout).toMatch(/200 spots x 120 genes/);
    const expected = await proportionsOf(converted, folder);
    expect(await proportionsOf(gef, folder)).toEqual(expected);
    expect((await runCli(["inspect", gef, "--quiet"])).stdout).toMatch(
      /Stereo-seq, cells, 200 rows x 120 genes/,
    );
    const { code, stderr } = await runCli(["inspect", gef, "--bin", "50"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/--bin.*left out/) });
  });
});

const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));
const isBuilt = existsSync(fileURLToPath(new URL("../dist/main.js", import.meta.url)));

describe.skipIf(!isBuilt)("a GEF file of cells (skipped where the program is not built)", () => {
  it("gives the same bits with two threads, which open it themselves", async () => {
    const folder = await temporaryFolder();
    const { genes, spots } = await smallSection();
    const gef = join(folder, "section.cellbin.gef");
    await writeFile(gef, await gefOfCells(spots, { genes }));
    const results = [];
    for (const workers of ["1", "2"]) {
      const out = join(folder, `${workers}.zarr`);
      const inputs = ["run", gef, "--reference", stores.reference, "--out", out];
      const run = await runAndKill([bin, ...inputs, "--quiet", "--workers", workers]);
      expect(run).toMatchObject({ code: 0, stderr: "" });
      results.push(proportionsIn(await contentOf(join(out, "obsm", "flashdeconv"))));
    }
    expect(results[1].length).toBeGreaterThan(0);
    expect(results[1]).toEqual(results[0]);
  });
});

describe.skipIf(!isBuilt)("convert (skipped where the program is not built)", () => {
  it("killed at any step, and run again, ends with the same bytes, and nothing is left", async () => {
    const folder = await temporaryFolder();
    const scratch = await temporaryFolder();
    const gem = join(folder, "section.gem");
    const lines = Array.from(
      { length: 300_000 },
      (_, i) => `g${Math.floor(i / 3000)}\t${(i * 7919) % 3001}\t${(i * 104_729) % 2003}\t1\n`,
    );
    await writeFile(gem, `geneID\tx\ty\tMIDCount\n${lines.join("")}`);
    const command = (out: string) => [bin, "convert", gem, out, "--bin", "2", "--scratch", scratch];
    const whole = join(folder, "whole.zarr");
    expect((await runAndKill(command(whole))).code).toBe(0);
    expect(await readdir(scratch)).toEqual([]);

    const out = join(folder, "out.zarr");
    const inScratch = (pattern: RegExp) => {
      try {
        const names = readdirSync(scratch).flatMap((name) => readdirSync(join(scratch, name)));
        return names.some((name) => pattern.test(name));
      } catch {
        return false; // It has just been removed.
      }
    };
    const moments: (() => boolean)[] = [
      () => inScratch(/^buckets$/),
      () => inScratch(/^journal\.json$/),
      () => inScratch(/partial/),
      () => inScratch(/^input\.zarr$/) && !inScratch(/^buckets$/),
    ];
    for (const isTime of moments) {
      const { code } = await runAndKill(command(out), { isTime });
      expect(code).toBe("SIGKILL");
    }
    const last = await runAndKill(command(out));
    expect(last).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/was put in order by an earlier run/),
    });
    expect(await contentOf(out)).toEqual(await contentOf(whole));
    expect(await readdir(scratch)).toEqual([]);
  });

  it("without room for its temporary files is refused before any work", async () => {
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, "matrix.mtx"),
      "%%MatrixMarket matrix coordinate integer general\n1 1 999999999999999\n1 1 1\n",
    );
    await writeFile(join(folder, "barcodes.tsv"), "a\n");
    await writeFile(join(folder, "features.tsv"), "g\n");
    const { code, stderr } = await runCli(["convert", folder, `${folder}.zarr`, "--scratch", folder]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/free for temporary files.*room for .* TiB.*--scratch/s),
    });
    expect((await readdir(folder)).sort()).toEqual(["barcodes.tsv", "features.tsv", "matrix.mtx"]);
  });
});
