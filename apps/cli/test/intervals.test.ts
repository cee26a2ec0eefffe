import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { smallStores } from "./small-stores.js";

const stores = smallStores();
const at = (name: string) => join(stores.folder, name);
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await runCli([...args, "--json", "--quiet"]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};
const run = (out: string, ...more: string[]) =>
  ["run", stores.spatial, "--reference", stores.reference, "--out", at(out), "--intervals", ...more] as const;

describe("--intervals", () => {
  it("are written, told and shown, whatever the format of the result", async () => {
    const told = await json(...run("out.zarr", "--save-stats", at("kept.zarr")));
    const present = told.cell_types.map((one: { present_spot_count: number }) => one.present_spot_count);
    expect(Math.max(...present)).toBeGreaterThan(0);
    const { obsm } = await json("inspect", at("out.zarr"));
    expect(obsm.map(({ key }: { key: string }) => key)).toEqual(
      expect.arrayContaining(["flashdeconv_low", "flashdeconv_high"]),
    );
    await json("report", at("out.zarr"), "--out", at("page.html"));
    const report = await readFile(at("page.html"), "utf8");
    expect(report).toContain("lower bound");
    const judged = await json("evaluate", at("out.zarr"), "--truth", stores.spatial);
    expect(judged.intervals.coverage).toBeGreaterThan(0.7);
    expect(judged.intervals.present_count).toBe(
      present.reduce((sum: number, count: number) => sum + count, 0),
    );

    for (const file of ["out.csv", "out.parquet", "out.arrow", "out.h5ad"]) {
      await json("export", at("out.zarr"), at(file));
      const other = await json("evaluate", at(file), "--truth", stores.spatial);
      expect(other.intervals.entry_count).toBe(judged.intervals.entry_count);
      expect(other.intervals.coverage).toBeCloseTo(judged.intervals.coverage, 2);
    }
    const [header] = (await readFile(at("out.csv"), "utf8")).split("\n");
    expect(header).toContain("flashdeconv_low_");

    const summary = await runCli([...run("again.zarr", "--no-report"), "--quiet"]);
    expect(summary.stdout).toMatch(/present in spots[\s\S]*if the reference is right/);

    const solved = await json("solve", at("kept.zarr"), "--intervals", "--out", at("solved.zarr"));
    expect(solved.cell_types).toEqual(told.cell_types);
  });

  it("are left out unless asked for", async () => {
    const plain = ["run", stores.spatial, "--reference", stores.reference, "--out", at("plain.zarr")];
    const told = await json(...plain, "--save-stats", at("plain-kept.zarr"), "--no-report");
    expect(told.cell_types[0].present_spot_count).toBeNull();
    expect((await json("evaluate", at("plain.zarr"), "--truth", stores.spatial)).intervals).toBeNull();
    const { code, stderr } = await runCli([
      "solve",
      at("plain-kept.zarr"),
      "--intervals",
      "--out",
      at("no.zarr"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/option --intervals: .*kept without them/);
  });

  it("are refused where there is no model of counts, and at other strengths than those of the run", async () => {
    const { code, stderr } = await runCli([...run("never.zarr"), "--method", "flashdeconv"]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/option --intervals: .*--method flashdeconv.*--method refined/);
    await json(...run("base.zarr", "--no-report", "--overwrite", "--save-stats", at("base-kept.zarr")));
    const again = await runCli([
      ...["solve", at("base-kept.zarr"), "--intervals", "--smoothing", "3", "--out", at("never.zarr")],
    ]);
    expect(again.code).toBe(2);
    expect(again.stderr).toMatch(/option --intervals: .*found for a smoothing of/);
  });
});
