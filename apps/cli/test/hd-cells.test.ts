import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";
import { contentOf } from "./store-content.js";
import { writeHdBins, writeHdCells } from "./vendor/write-hd.js";

const stores = smallStores();

async function writeSample(folder: string) {
  const store = await openStore(stores.spatial);
  const section = await openSpatial(store);
  const { indptr, indices, values, spotCount } = await collect(section.counts);
  const { values: where } = await section.readCoordinates();
  await store.close();
  const rows = Array.from({ length: spotCount }, (_, spot) =>
    Array.from(
      indices.subarray(indptr[spot], indptr[spot + 1]),
      (gene, i) => [gene, values[indptr[spot] + i]] as const,
    ),
  );
  const places = rows.map((_, i) => [where[2 * i] - 2, where[2 * i + 1] - 2] as const);
  const { geneNames: genes } = section;
  await writeHdCells(join(folder, "outs"), { genes, rows }, places);
  return { genes, rows, where };
}

describe("segmented cells of Visium HD", () => {
  it("are read with --cells, at the centroids of their outlines, to the bits of the Zarr store", async () => {
    const folder = await temporaryFolder();
    const sample = join(folder, "sample");
    const { genes, rows, where } = await writeSample(sample);
    await writeHdBins(join(sample, "outs"), { genes, rows: rows.slice(0, 1) }, [[0, 0]], { edge: 8 });
    const seen = await runCli(["inspect", sample, "--cells", "--quiet"]);
    expect(seen.stdout).toMatch(/Visium HD, segmented cells, 200 rows/);
    expect((await runCli(["inspect", sample, "--quiet"])).stdout).toMatch(/Visium HD, bins of 8um, 1 row/);
    const results: unknown[] = [];
    for (const args of [[sample, "--cells"], [stores.spatial]]) {
      const out = join(folder, `r${results.length}.zarr`);
      const ran = await runCli(["run", ...args, "--reference", stores.reference, "--out", out, "--quiet"]);
      expect(ran).toMatchObject({ code: 0, stderr: "" });
      const content = await contentOf(join(out, "obsm", "flashdeconv"));
      results.push([...content].filter(([name]) => /^\/type.*\d$/.test(name)));
    }
    expect(results[0]).toEqual(results[1]);
    const out = join(folder, "section.zarr");
    expect(await runCli(["convert", sample, out, "--cells", "--quiet"])).toMatchObject({ code: 0 });
    const store = await openStore(out);
    const section = await openSpatial(store);
    const { values } = await section.readCoordinates();
    expect(Math.max(...values.map((value, i) => Math.abs(value - where[i])))).toBeLessThan(1e-9);
    expect(values).toHaveLength(400);
    expect(await section.readSpotName(1)).toBe("cellid_000000002-1");
    expect(await section.micrometersPerUnit()).toBe(0.5);
    await store.close();
  });

  it.each([
    [
      "an outline is missing",
      (text: string) => text.replace(/"cell_id": 7,/, '"cell_id": 7000,'),
      /no position for 1 of 200/,
    ],
    [
      "an outline is there twice",
      (text: string) => text.replace(/"cell_id": 7,/, '"cell_id": 8,'),
      /listed twice/,
    ],
    [
      "a corner is no number",
      (text: string) => text.replace(/"coordinates": \[\s*\[\s*\[\s*[\d.]+/, '"coordinates": [[[null'),
      /as feature 1/,
    ],
    ["a cell has no id", (text: string) => text.replace('"cell_id": 7,', ""), /as feature 194/],
    ["it is a point", (text: string) => text.replace('"Polygon"', '"Point"'), /as feature 1/],
    ["it is no JSON", (text: string) => text.replace('"Polygon"', "Polygon"), /which is no JSON/],
    ["it is empty", () => "", /no position for 200 of 200/],
  ])("are refused with the file where %s", async (_, change, message) => {
    const folder = await temporaryFolder();
    await writeSample(folder);
    const path = join(folder, "outs", "segmented_outputs", "cell_segmentations.geojson");
    await writeFile(path, change(await readFile(path, "utf8")));
    const { code, stderr } = await runCli(["convert", folder, `${folder}.zarr`, "--cells"]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(stderr).toMatch(/cell_segmentations\.geojson/);
  });

  it("are refused where the file was cut short or a part is missing, and where there are none", async () => {
    const folder = await temporaryFolder();
    await writeSample(folder);
    const cells = join(folder, "outs", "segmented_outputs");
    await truncate(join(cells, "cell_segmentations.geojson"), 9000);
    const convert = (...more: string[]) => runCli(["convert", folder, `${folder}.zarr`, ...more]);
    expect(await convert()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/an end within its text/),
    });
    await rm(join(cells, "cell_segmentations.geojson"));
    expect(await convert()).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no cell_segmentations/),
    });
    await rm(cells, { recursive: true });
    expect(await convert("--cells")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--cells.*segmented_outputs/),
    });
    expect(await convert("--cells", "--bin", "8um")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--bin/),
    });
    expect(await runCli(["inspect", stores.spatial, "--cells"])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--cells/),
    });
  });
});
