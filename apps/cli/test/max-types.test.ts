import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { runCli } from "./run-cli.js";
import { runJson, tissue } from "./tissue.js";

const sizes = ["--spots", "300", "--genes", "400", "--types", "6", "--depth", "800"];
const few = ["--types-per-spot", "2", "--least-share", "0.3", "--empty-spots", "0.02", "--seed", "5"];
const { at, deconvolve } = tissue(...sizes, ...few);

/** Rows of a CSV without quotes, by column. */
async function rowsOf(name: string): Promise<Record<string, string>[]> {
  const [header, ...lines] = (await readFile(at(name), "utf8")).trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [names[i], cell])));
}

describe("run --max-types", () => {
  it("counts classes as the columns say, in every format the same", async () => {
    const told = await deconvolve("two.csv", "--max-types", "2");
    const rows = await rowsOf("two.csv");
    const counts: Record<string, number> = {};
    for (const row of rows) {
      const shares = Object.keys(row).filter((name) => name.startsWith("type_") && Number(row[name]) > 0);
      const { flashdeconv_class: name, flashdeconv_first: first, flashdeconv_second: second } = row;
      if (row.flashdeconv_counts === "0")
        expect([name, first, row.flashdeconv_class_score]).toEqual(["", "", ""]);
      else counts[name] = (counts[name] ?? 0) + 1;
      expect([first, second].filter((type) => type !== "").sort()).toEqual(shares.sort());
      expect(first).toBe(row.flashdeconv_dominant);
    }
    expect(told.max_types).toBe(2);
    const classes = told.spot_classes as { name: string; spot_count: number }[];
    expect(classes.map(({ name }) => name)).toEqual([
      "singlet",
      "doublet certain",
      "doublet uncertain",
      "reject",
    ]);
    for (const { name, spot_count: count } of classes) expect(count).toBe(counts[name] ?? 0);
    await deconvolve("two.zarr", "--max-types", "2", "--obs-columns");
    await runJson("export", at("two.zarr"), at("again.csv"));
    expect(await rowsOf("again.csv")).toEqual(rows);
    await deconvolve("two.h5ad", "--max-types", "2");
    await runJson("export", at("two.h5ad"), at("h5ad.csv"));
    expect(await rowsOf("h5ad.csv")).toEqual(rows);
    await runJson("report", at("two.zarr"), "--out", at("page.html"));
    const page = await readFile(at("page.html"), "utf8");
    expect(page).toContain("Sets of types");
    const { mean_pearson_per_type: pearson } = await runJson(
      "evaluate",
      at("two.csv"),
      "--truth",
      at("tissue/spatial.zarr"),
    );
    expect(pearson ?? 1).toBeGreaterThan(0.8);
  });

  it("replaces what another number left in place", async () => {
    const inPlace = [
      "run",
      at("tissue/spatial.zarr"),
      "--reference",
      at("tissue/reference.zarr"),
      "--in-place",
    ];
    await runJson(...inPlace, "--max-types", "3");
    await runJson("export", at("tissue/spatial.zarr"), at("three.csv"));
    expect(Object.keys((await rowsOf("three.csv"))[0])).toContain("flashdeconv_other_third");
    await runJson(...inPlace);
    await runJson("export", at("tissue/spatial.zarr"), at("none.csv"));
    const names = Object.keys((await rowsOf("none.csv"))[0]);
    expect(names.filter((name) => /class|first|other/.test(name))).toEqual([]);
  });

  it("is no option of solve, whose statistics have no counts", async () => {
    await deconvolve("kept.zarr", "--save-stats", at("kept-stats.zarr"));
    const { code, stdout } = await runCli([
      "solve",
      at("kept-stats.zarr"),
      "--out",
      at("x.zarr"),
      "--max-types",
      "2",
      "--json",
    ]);
    expect(code).not.toBe(0);
    expect(stdout).toContain("--max-types");
  });
});
