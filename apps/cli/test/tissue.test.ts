import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { openReference, openSpatial, readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { simulateTissue } from "@flashdeconv/simulate";
import { describe, expect, it } from "vitest";
import { sharedData } from "../../../test/shared-data.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeSection } from "./small-stores.js";

const stores = smallStores();
const SMALL = "--spots 150 --genes 80 --types 3 --depth 200 --seed 4 --cells-per-type 10".split(" ");

async function json(args: readonly string[]) {
  const { code, stdout, stderr } = await runCli([...args, "--json"]);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
}

describe("flashdeconv simulate", () => {
  it("writes section, truth and reference as the simulation draws them", async () => {
    const folder = join(await temporaryFolder(), "new/tissue");
    const more = ["--border-width", "4", "--missing-types", "1", "--shuffle-coordinates"];
    const report = await json([
      "simulate",
      folder,
      ...SMALL,
      "--layout",
      "patchy",
      "--empty-spots",
      "0.1",
      ...more,
    ]);
    expect(report).toMatchObject({ spot_count: 150, gene_count: 80, type_count: 3, cell_count: 20 });
    expect((await readdir(folder)).sort()).toEqual(["reference.zarr", "spatial.zarr"]);
    const tissue = simulateTissue({
      spotCount: 150,
      geneCount: 80,
      typeCount: 3,
      depth: 200,
      seed: 4,
      cellsPerType: 10,
      layout: "patchy",
      emptySpotFraction: 0.1,
      borderWidth: 4,
      missingTypeCount: 1,
      shuffleCoordinates: true,
    });
    const store = await openStore(report.spatial);
    const section = await openSpatial(store);
    expect(section.geneNames).toEqual(tissue.geneNames);
    expect(await collect(section.counts)).toEqual(await collect(tissue.counts));
    expect((await section.readCoordinates()).values).toEqual((await collect(tissue.coordinates)).values);
    const truth = await readObsm(store, "truth");
    expect(truth.columnNames).toEqual(tissue.typeNames);
    expect(await collect(truth.values)).toEqual(await collect(tissue.truth));
    const cells = await openReference(await openStore(report.reference));
    expect(cells.cellTypes).toEqual(tissue.reference.cellTypes);
    expect(await collect(cells.counts)).toEqual(await collect(tissue.reference.counts));
  });

  it("overwrites only when told to", async () => {
    const folder = await temporaryFolder();
    await json(["simulate", folder, ...SMALL]);
    const refused = await runCli(["simulate", folder, ...SMALL]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /spatial\.zarr: found a section or reference that flashdeconv simulated.*--overwrite/,
    );
    expect((await json(["simulate", folder, ...SMALL, "--overwrite", "--zarr-format", "3"])).spot_count).toBe(
      150,
    );
    expect(await readdir(join(folder, "spatial.zarr"))).toContain("zarr.json");
  });

  it.each([
    [["--spots", "0"], /option --spots: found 0, expected a whole number/],
    [["--rare-type-fraction", "2"], /option --rare-type-fraction: found 2, expected a number of 0 to 1/],
    [["--layout", "smoth"], /Did you mean "smooth"\?/],
    [
      ["--missing-types", "8"],
      /option --missing-types: found 8, expected a whole number below --types, which is 8/,
    ],
    [
      ["--border-width", "30"],
      /option --border-width: found 30, expected a number of at most --domain-scale/,
    ],
    [["--seed", "x"], /option --seed: found "x"/],
  ])("refuses %s and writes nothing", async (args, message) => {
    const parent = await temporaryFolder();
    const { code, stderr } = await runCli(["simulate", join(parent, "tissue"), ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(await readdir(parent)).toEqual([]);
  });
});

describe("flashdeconv evaluate", () => {
  it("finds a result close to the truth, and the truth equal to itself", async () => {
    const out = join(await temporaryFolder(), "result.zarr");
    await json(["run", stores.spatial, "--reference", stores.reference, "--out", out]);
    const report = await json(["evaluate", out, "--truth", stores.spatial]);
    expect(report).toMatchObject({ spot_count: 200, excluded_spot_count: 0, notices: [] });
    expect(report.pearson).toBeGreaterThan(0.7);
    expect(report.cell_types).toHaveLength(4);
    const same = await json(["evaluate", stores.spatial, "--key", "truth", "--truth", stores.spatial]);
    expect(same).toMatchObject({ pearson: 1, rmse: 0, jensen_shannon_divergence: 0, mean_aupr: 1 });
  });

  it("compares only spots that another result answers too, where asked to", async () => {
    const folder = await temporaryFolder();
    const [estimate, truth, other] = ["estimate.csv", "truth.csv", "other.csv"].map((name) =>
      join(folder, name),
    );
    await writeFile(estimate, "spot,A,B\ns1,0.1,0.9\ns2,0.8,0.2\ns3,1,0\n");
    await writeFile(truth, "spot,A,B\ns1,0.1,0.9\ns2,0.8,0.2\ns3,0,1\n");
    await writeFile(other, "spot,A\ns2,1\ns1,1\ns3,NaN\n");
    expect(await json(["evaluate", estimate, "--truth", truth])).toMatchObject({ spot_count: 3 });
    const fair = await json(["evaluate", estimate, "--truth", truth, "--spots-of", other]);
    expect(fair).toMatchObject({ spot_count: 2, rmse: 0 });
    await writeFile(other, "spot,A\nelsewhere,1\n");
    const { code, stderr } = await runCli(["evaluate", estimate, "--truth", truth, "--spots-of", other]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/spots to compare: found none of 3 spots/);
  });

  it("reads tables, matches names in any order, and tells what is missing", async () => {
    const folder = await temporaryFolder();
    const [estimate, truth] = [join(folder, "estimate.csv"), join(folder, "truth.tsv")];
    await writeFile(estimate, "spot,B,A,C\ns1,0.9,0.1,0\ns2,0.2,0.8,0\ns3,NaN,NaN,NaN\ns9,1,0,0\n");
    await writeFile(truth, "\tA\tB\ns3\t1\t0\ns2\t0.8\t0.2\ns1\t0.1\t0.9\n");
    const { code, stdout, stderr } = await runCli(["evaluate", estimate, "--truth", truth]);
    expect(code).toBe(0);
    expect(stdout).toContain("2 spots, 3 cell types; 1 spot without an answer left out");
    expect(stdout).toMatch(/^RMSE +0\.0000$/m);
    expect(stdout).toMatch(/^C +- +-$/m);
    expect(stderr).toMatch(/^note: Spots of the result that the truth lacks are left out: 1 of 4\.$/m);
    expect(stderr).toMatch(/^note: Types of the result that the truth lacks count as 0 there: "C"\.$/m);
    const report = await json(["evaluate", estimate, "--truth", truth]);
    expect(report.rmse).toBe(0);
    expect(report.cell_types[2]).toEqual({ name: "C", pearson: null, aupr: null });
  });

  it("compares abundances and percent as proportions, and says so in words and in JSON", async () => {
    const folder = await temporaryFolder();
    const [estimate, truth] = [join(folder, "estimate.csv"), join(folder, "truth.csv")];
    await writeFile(estimate, "spot,A,B\ns1,0.1,0.9\ns2,1.6,0.4\ns3,0,0\n");
    await writeFile(truth, "spot,A,B\ns1,10,90\ns2,80,20\ns3,100,0\ns4,NA,1\ns5,0,0\n");
    const report = await json(["evaluate", estimate, "--truth", truth]);
    expect(report).toMatchObject({ spot_count: 2, excluded_spot_count: 1 });
    expect(report.rmse).toBeLessThan(1e-15);
    expect(report.jensen_shannon_divergence).toBeLessThan(1e-15);
    expect(report.rows_normalized).toEqual({ result: 1, truth: 3 });
    expect((report.notices as { code: string }[]).map(({ code }) => code)).toEqual([
      "result-normalized",
      "result-rows-zero",
      "truth-normalized",
      "truth-rows-zero",
      "truth-rows-undefined",
      "spots-only-in-truth",
    ]);
    const { stderr } = await runCli(["evaluate", estimate, "--truth", truth]);
    expect(stderr).toMatch(/^note: 3 of 5 rows of the truth do not sum to 1 \(sums from 100 to 100\)/m);
  });

  it.each<[string, string, string, RegExp]>([
    [
      "a spot twice in the truth",
      "s,A,B\ns1,0,1\n",
      "s,A,B\ns1,0,1\ns1,1,0\n",
      /names of spots in the truth: .*"s1" 2 times/,
    ],
    [
      "a type twice in the truth",
      "s,A,B\ns1,0,1\n",
      "s,A,A\ns1,0,1\n",
      /names of cell types in the truth: .*"A" 2 times/,
    ],
    [
      "a spot twice in the result",
      "s,A\ns1,1\ns1,1\n",
      "s,A\ns1,1\n",
      /names of spots in the result: .*"s1" 2 times/,
    ],
    [
      "a type twice in the result",
      "s,A,A\ns1,0,1\n",
      "s,A\ns1,1\n",
      /names of cell types in the result: .*"A" 2 times/,
    ],
    [
      "a negative truth",
      "s,A,B\ns1,0,1\n",
      "s,A,B\ns1,-1,2\n",
      /values of the truth: found -1 for the spot "s1" and the type "A"/,
    ],
    [
      "a negative result",
      "s,A,B\ns1,-0.5,1.5\n",
      "s,A,B\ns1,0,1\n",
      /values of the result: found -0\.5 .*"s1"/,
    ],
  ])("refuses %s", async (_, estimateText, truthText, message) => {
    const folder = await temporaryFolder();
    const [estimate, truth] = [join(folder, "estimate.csv"), join(folder, "truth.csv")];
    await writeFile(estimate, estimateText);
    await writeFile(truth, truthText);
    const { code, stdout, stderr } = await runCli(["evaluate", estimate, "--truth", truth]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("refuses repeated names of stores too", async () => {
    const folder = await temporaryFolder();
    const twice = await writeSection(join(folder, "twice.zarr"), {
      contents: (contents) => ({
        ...contents,
        spotNames: Array.from({ length: contents.spotCount }, (_, spot) => `spot_${spot >> 1}`),
      }),
    });
    for (const [result, truth, side] of [
      [stores.spatial, twice, "truth"],
      [twice, stores.spatial, "result"],
    ]) {
      const { code, stderr } = await runCli(["evaluate", result, "--key", "truth", "--truth", truth]);
      expect(code).toBe(2);
      expect(stderr).toMatch(new RegExp(`names of spots in the ${side}: found 100 .*"spot_0" 2 times`));
    }
  });

  it.each([
    ["no common name", "x,A\nother,1\n", /names of spots: found none shared/],
    [
      "a cell that is not a number",
      "x,type_0\nspot_1,much\n",
      /"much" for the spot "spot_1" and the type "type_0"/,
    ],
    ["decimal commas", '"";"type_0"\n"spot_1";0,5\n', /"0,5" for the spot .*points in decimals/],
    ["rows of unequal length", "x,type_0\nspot_1,1\nspot_2,1,2\n", /not a table: row 3/],
    ["an empty table", "x\n", /no comma, tab or semicolon/],
  ])("refuses a truth with %s", async (_, text, message) => {
    const path = join(await temporaryFolder(), "truth.csv");
    await writeFile(path, text);
    const { code, stderr } = await runCli(["evaluate", stores.spatial, "--key", "truth", "--truth", path]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it("names the option of a key that is not there", async () => {
    const result = await runCli(["evaluate", stores.spatial, "--truth", stores.spatial]);
    expect(result.stderr).toMatch(
      /option --key: found "flashdeconv", expected a key of obsm: spatial, truth/,
    );
    const truth = await runCli(["evaluate", stores.spatial, "--key", "truth", "--truth", stores.reference]);
    expect(truth.stderr).toMatch(/option --truth-key: found "truth"/);
  });

  const starmap = sharedData("real/starmap-cortex");
  it.skipIf(!starmap)("reads a truth without column names, from uns (needs ../shared/data)", async () => {
    const args = ["evaluate", `${starmap}/truth.csv`, "--truth", `${starmap}/spatial.zarr`];
    const report = await json(args);
    expect(report).toMatchObject({ spot_count: 581, notices: [] });
    expect(report.pearson).toBeCloseTo(1, 6);
  });
});

describe("flashdeconv demo", () => {
  it("simulates, runs and evaluates, twice, and spares the folders of others", async () => {
    const parent = await temporaryFolder();
    const folder = join(parent, "demo");
    const first = await runCli(["demo", "--spots", "150", "--dir", folder]);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain(
      `${join(folder, "result.zarr")}: obsm/flashdeconv, 150 spots x 8 cell types`,
    );
    expect(first.stdout).toMatch(/^Pearson, all values +0\.\d+$/m);
    expect(first.stdout).toContain("anndata.read_zarr(");
    const again = await json(["demo", "--spots", "150", "--dir", folder, "--seed", "1"]);
    expect(again.evaluation.spot_count).toBe(150);

    await writeFile(join(parent, "thesis.txt"), "");
    const refused = await runCli(["demo", "--spots", "150", "--dir", parent]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/found a folder with other files in it.*--dir/);
    expect((await readdir(parent)).sort()).toEqual(["demo", "thesis.txt"]);
  });
});
