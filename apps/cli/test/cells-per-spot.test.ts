import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { addColumn } from "./gene-columns.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeSection } from "./small-stores.js";

const stores = smallStores();
const NUCLEI = Array.from({ length: 200 }, (_, spot) => spot % 7);

async function sectionWithNuclei() {
  const folder = await temporaryFolder();
  const section = await writeSection(join(folder, "section.zarr"));
  await addColumn(section, "obs", "nuclei", NUCLEI);
  await addColumn(
    section,
    "obs",
    "holes",
    NUCLEI.map((count, spot) => (spot === 3 ? Number.NaN : count)),
  );
  await addColumn(
    section,
    "obs",
    "place",
    NUCLEI.map((count) => `row ${count}`),
  );
  return { folder, section };
}

async function sumsOf(store: string) {
  const { values, columnNames } = await readObsm(await openStore(store), "flashdeconv_cells");
  const { values: cells, width } = await collect(values);
  expect(columnNames).toEqual(["type_0", "type_1", "type_2", "type_3"]);
  return Array.from({ length: 200 }, (_, spot) =>
    Array.from(cells.subarray(spot * width, (spot + 1) * width)).reduce((sum, one) => sum + one, 0),
  );
}

describe("--cells-per-spot", () => {
  it("takes the cells of each spot from a column of obs, in a store of its own and in place, and says so", async () => {
    const { folder, section } = await sectionWithNuclei();
    const run = ["run", section, "--reference", stores.reference, "--cells-per-spot", "obs:nuclei"];
    const out = join(folder, "out.zarr");
    expect((await runCli([...run, "--out", out, "--quiet"])).code).toBe(0);
    for (const [spot, sum] of (await sumsOf(out)).entries()) expect(sum).toBeCloseTo(NUCLEI[spot], 4);
    const again = await runCli([...run, "--out", out, "--resume", "--json"]);
    expect(JSON.parse(again.stdout).already_done).toBe(true);
    expect((await runCli([...run, "--in-place", "--quiet"])).code).toBe(0);
    for (const [spot, sum] of (await sumsOf(section)).entries()) expect(sum).toBeCloseTo(NUCLEI[spot], 4);
    expect((await runCli(["report", out])).code).toBe(0);
    const html = await readFile(join(folder, "out.report.html"), "utf8");
    const all = NUCLEI.reduce((sum, count) => sum + count, 0);
    expect(html).toContain(`spots were said to hold</dt><dd>${all}</dd>`);
    const csv = join(folder, "out.csv");
    expect((await runCli(["export", out, csv])).code).toBe(0);
    const shown = await runCli(["inspect", out, "--json"]);
    expect(shown.stdout).toContain("flashdeconv_cells");
  });

  it("finds out that a section lacks the column before another is solved", async () => {
    const { folder, section } = await sectionWithNuclei();
    const outDir = join(folder, "results");
    const args = ["run", section, stores.spatial, "--reference", stores.reference, "--out-dir", outDir];
    const { code, stderr } = await runCli([...args, "--cells-per-spot", "obs:nuclei"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/spatial\.zarr.*obs\/nuclei: found nothing/);
    expect(existsSync(outDir)).toBe(false);
  });

  it("names the column and what is wrong with it before any work", async () => {
    const { section } = await sectionWithNuclei();
    const out = join(await temporaryFolder(), "out.zarr");
    for (const [value, told] of [
      ["obs:place", /--cells-per-spot: found "obs:place", expected a column of numbers; this one is of kind/],
      ["obs:holes", /at least 0 for every spot; 1 spot of 200 has another, as NaN/],
      ["obs:gone", /obs\/gone: found nothing/],
      ["obs:", /expected a column of obs: obs:COLUMN/],
      ["obsm:nuclei", /expected a column of obs: obs:COLUMN/],
      ["-1", /expected a number above 0/],
    ] as const) {
      const options = ["--reference", stores.reference, "--out", out, "--cells-per-spot", value];
      const { code, stderr } = await runCli(["run", section, ...options]);
      expect(stderr).toMatch(told);
      expect(code).toBe(2);
    }
  });
});
