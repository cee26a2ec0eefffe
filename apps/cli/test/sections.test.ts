import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import type { Column } from "@flashdeconv/io-zarr";
import { readObsm } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { sectionCodes, writeTheirCells, writeTwoSections } from "./two-sections.js";

let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-sections-"));
  const codes = await sectionCodes();
  const ids = { lower: { images: { n: 1 } }, upper: { images: { n: 1 } } };
  const slide: Column = { kind: "categorical", name: "slide", codes, categories: ["lower", "upper"] };
  await writeTwoSections(at("over"), { obs: [slide] });
  await writeTwoSections(at("apart"), { place: "apart" });
  await writeTwoSections(at("alike"), { place: "alike" });
  const sample: Column = {
    ...slide,
    name: "sample",
    codes: codes.map((code, i) => (i < 9 ? 1 - code : code)),
  };
  await writeTwoSections(at("unclear"), { obs: [slide, sample], uns: { spatial: ids } });
  await writeTwoSections(at("named"), { obs: [slide], uns: { spatial: ids } });
  await writeTheirCells(at("cells"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(section: string, ...more: string[]) {
  const out = join(await temporaryFolder(), "out");
  const ended = await runCli([
    "run",
    at(section),
    "--reference",
    at("cells"),
    "--out",
    out,
    "--json",
    ...more,
  ]);
  expect(ended.code, ended.stderr + ended.stdout).toBe(0);
  const notices: { code: string; message: string }[] = JSON.parse(ended.stdout).notices;
  return { out, notices, codes: notices.map(({ code }) => code), proportions: await proportionsOf(out) };
}

async function proportionsOf(out: string) {
  return (await collect((await readObsm(await openStore(out), "flashdeconv")).values)).values;
}

async function rmse(out: string): Promise<number> {
  const { stdout } = await runCli(["evaluate", out, "--truth", at("over"), "--json"]);
  return JSON.parse(stdout).rmse;
}

function greatestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
}

const GRAPHS: readonly (readonly string[])[] = [
  ["--graph", "knn"],
  ["--graph", "radius", "--radius", "150"],
  ["--graph", "grid"],
];

describe("two sections that lie over each other in one table", () => {
  it.each([
    ...GRAPHS.map((graph) => [...graph, "--smoothing", "20", "--tolerance", "1e-5"]),
    ["--method", "flashdeconv", "--lambda", "5000", "--tolerance", "1e-5"],
    ["--tolerance", "1e-5"],
  ])("are solved as if they lay apart, with --section-key and %s %s %s %s %s", async (...more) => {
    const options = more.filter((option) => option !== undefined);
    const apart = await run("apart", ...options);
    const told = await run("over", "--section-key", "slide", ...options);
    expect(greatestDifference(told.proportions, apart.proportions)).toBeLessThan(2e-4);
    expect(told.codes).not.toContain("shared-positions");
  });

  it.each(GRAPHS)("are counted while neighbours are looked for: %s %s", async (...graph) => {
    const out = join(await temporaryFolder(), "out");
    const args = ["run", at("over"), "--reference", at("cells"), "--section-key", "slide", "--out", out];
    const { stderr } = await runCli([
      ...args,
      "--smoothing",
      "9",
      ...graph.filter((part) => part !== undefined),
    ]);
    const total = /summing up spots: ([\d,]+) spots/.exec(stderr)?.[1];
    expect(total).toBeDefined();
    expect(stderr).toContain(`finding neighbours: ${total} spots in `);
  });

  it("smooth each other without it", async () => {
    const over = await run("over", "--smoothing", "20");
    const told = await run("over", "--section-key", "slide", "--smoothing", "20");
    expect(await rmse(told.out)).toBeLessThan(0.8 * (await rmse(over.out)));
  });

  it("whose spots share positions are noticed, with the option to use", async () => {
    const alike = await run("alike", "--smoothing", "20");
    const notice = alike.notices.find(({ code }) => code === "shared-positions");
    expect(notice?.message).toMatch(/: 500 of 500 spots, .*--section-key COLUMN/);
    expect((await run("over", "--smoothing", "20")).codes).not.toContain("shared-positions");
  });

  it("are told apart by the column that names the ids of uns/spatial, which is said", async () => {
    const named = await run("named", "--smoothing", "20");
    const told = await run("over", "--section-key", "slide", "--smoothing", "20");
    expect(named.proportions).toEqual(told.proportions);
    expect(named.notices.find(({ code }) => code === "sections-found")?.message).toMatch(
      /2 sections.*obs\/slide/,
    );
  });

  it("are listed by inspect", async () => {
    const sizes = (await sectionCodes()).reduce((sums, code) => sums.with(code, sums[code] + 1), [0, 0]);
    for (const arguments_ of [
      ["inspect", at("named")],
      ["inspect", at("over"), "--section-key", "slide"],
    ]) {
      const { stdout } = await runCli([...arguments_, "--json"]);
      expect(JSON.parse(stdout).sections).toEqual({
        columns: ["slide"],
        sections: ["lower", "upper"].map((name, i) => ({ name, spot_count: sizes[i] })),
        without_section_count: 0,
      });
      expect((await runCli(arguments_)).stdout).toMatch(/^Sections by obs\/slide: 2 sections: lower \(/m);
    }
    expect(JSON.parse((await runCli(["inspect", at("over"), "--json"])).stdout).sections).toBeNull();
    expect((await runCli(["inspect", at("unclear")])).stdout).toMatch(
      /^Sections: none told apart: obs\/slide and obs\/sample .*--section-key/m,
    );
  });

  it("give the same bits on scratch, and again from kept statistics", async () => {
    const options = ["--section-key", "slide", "--smoothing", "20"];
    const stats = join(await temporaryFolder(), "stats");
    const plain = await run("over", ...options, "--save-stats", stats);
    expect((await run("over", ...options, "--use-scratch", "always")).proportions).toEqual(plain.proportions);
    const out = join(await temporaryFolder(), "again");
    expect((await runCli(["solve", stats, "--out", out])).code).toBe(0);
    expect(await proportionsOf(out)).toEqual(plain.proportions);
  });

  it.each([
    ["--smoothing", "none"],
    ["--smoothing", "0"],
    ["--method", "flashdeconv", "--lambda", "0"],
    ["--solver", "nnls"],
  ])("take no --section-key where nothing is smoothed: %s %s", async (...more) => {
    const out = join(await temporaryFolder(), "out");
    const arguments_ = [
      "run",
      at("over"),
      "--reference",
      at("cells"),
      "--out",
      out,
      "--section-key",
      "slide",
    ];
    const { code, stderr } = await runCli([...arguments_, ...more.filter((option) => option !== undefined)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/option --section-key: found "slide".*nothing is smoothed/);
  });
});
