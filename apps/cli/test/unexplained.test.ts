import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runJson, tissue } from "./tissue.js";

const sizes = ["--spots", "900", "--genes", "400", "--types", "5", "--depth", "600"];
const { at, deconvolve } = tissue(...sizes, "--missing-types", "1", "--seed", "3");

async function columnIn(name: string): Promise<string[]> {
  const [header, ...lines] = (await readFile(at(name), "utf8")).trimEnd().split("\n");
  const place = header.split(",").indexOf("flashdeconv_unexplained");
  expect(place).toBeGreaterThan(0);
  return lines.map((line) => line.split(",")[place]);
}

describe("what the reference leaves unexplained", () => {
  it("is the same in every format, from kept statistics, and in the report", async () => {
    const told = await deconvolve("result.zarr", "--save-stats", at("stats.zarr"), "--obs-columns");
    expect(told.unexplained_genes).toHaveLength(20);
    await runJson("export", at("result.zarr"), at("zarr.csv"));
    const numbers = await columnIn("zarr.csv");
    expect(numbers).toHaveLength(900);
    expect(new Set(numbers).size).toBeGreaterThan(800);
    await deconvolve("run.csv");
    expect(await columnIn("run.csv")).toEqual(numbers);
    await deconvolve("result.h5ad");
    await runJson("export", at("result.h5ad"), at("h5ad.csv"));
    expect(await columnIn("h5ad.csv")).toEqual(numbers);
    const solved = await runJson("solve", at("stats.zarr"), "--out", at("solved.csv"));
    expect(solved.unexplained_genes).toEqual(told.unexplained_genes);
    expect(await columnIn("solved.csv")).toEqual(numbers);
    await runJson("report", at("result.zarr"), "--out", at("told.html"));
    const report = await readFile(at("told.html"), "utf8");
    expect(report).toContain("higher where the reference explains least");
    for (const gene of told.unexplained_genes) expect(report).toContain(gene);
  });

  it("is left out by a method without a model of counts", async () => {
    const told = await deconvolve("other.csv", "--method", "flashdeconv");
    expect(told.unexplained_genes).toBeNull();
    expect(await readFile(at("other.csv"), "utf8")).not.toContain("unexplained");
  });
});
