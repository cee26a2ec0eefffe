import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";

let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-unexplained-"));
  const sizes = ["--spots", "900", "--genes", "400", "--types", "5", "--depth", "600"];
  await run("simulate", at("tissue"), ...sizes, "--missing-types", "1", "--seed", "3");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(...args: readonly string[]) {
  const ended = await runCli([...args, "--json", "--quiet"]);
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  return JSON.parse(ended.stdout);
}

const deconvolve = (out: string, ...flags: readonly string[]) =>
  run(
    "run",
    at("tissue/spatial.zarr"),
    "--reference",
    at("tissue/reference.zarr"),
    "--out",
    at(out),
    ...flags,
  );

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
    await run("export", at("result.zarr"), at("zarr.csv"));
    const numbers = await columnIn("zarr.csv");
    expect(numbers).toHaveLength(900);
    expect(new Set(numbers).size).toBeGreaterThan(800);
    await deconvolve("run.csv");
    expect(await columnIn("run.csv")).toEqual(numbers);
    await deconvolve("result.h5ad");
    await run("export", at("result.h5ad"), at("h5ad.csv"));
    expect(await columnIn("h5ad.csv")).toEqual(numbers);
    const solved = await run("solve", at("stats.zarr"), "--out", at("solved.csv"));
    expect(solved.unexplained_genes).toEqual(told.unexplained_genes);
    expect(await columnIn("solved.csv")).toEqual(numbers);
    await run("report", at("result.zarr"), "--out", at("told.html"));
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
