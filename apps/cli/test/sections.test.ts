import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import type { Column } from "@flashdeconv/io-zarr";
import { readObsm, readRowNames } from "@flashdeconv/io-zarr";
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
  for (const only of [0, 1] as const) await writeTwoSections(at(`half-${only}`), { only });
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
  const json = JSON.parse(ended.stdout);
  const notices: { code: string; message: string }[] = json.notices;
  return {
    out,
    json,
    notices,
    codes: notices.map(({ code }) => code),
    proportions: await proportionsOf(out),
  };
}

async function proportionsOf(out: string) {
  return (await collect((await readObsm(await openStore(out), "flashdeconv")).values)).values;
}

async function rmse(out: string): Promise<number> {
  const { stdout } = await runCli(["evaluate", out, "--truth", at("over"), "--json"]);
  return JSON.parse(stdout).rmse;
}

/** What a run of two stores, each with the spots of one section, gives, in the order of the one store. */
async function runOfHalves(...more: string[]) {
  const outDir = join(await temporaryFolder(), "results");
  const stores = ["--reference", at("cells"), "--out-dir", outDir, "--json"];
  const ended = await runCli(["run", at("half-0"), at("half-1"), ...stores, ...more]);
  expect(ended.code, ended.stderr + ended.stdout).toBe(0);
  const halves = await Promise.all([0, 1].map((i) => proportionsOf(join(outDir, `half-${i}.zarr`))));
  const next = [0, 0];
  const proportions = Array.from(await sectionCodes(), (code) => {
    const row = next[code]++;
    return [...halves[code].subarray(4 * row, 4 * row + 4)];
  });
  return { proportions: proportions.flat(), sections: JSON.parse(ended.stdout).sections };
}

const GRAPHS: readonly (readonly string[])[] = [
  ["--graph", "knn"],
  ["--graph", "radius", "--radius", "150"],
  ["--graph", "grid"],
];

/** Of each section by itself. */
const OWN = ["gene_count", "shared_gene_count", "smoothing_used", "lambda_used", "overdispersion"];

describe("two sections that lie over each other in one table", () => {
  it.each([
    ...GRAPHS.map((graph) => [...graph, "--smoothing", "20"]),
    [],
    ["--per-section"],
    ["--method", "flashdeconv", "--smoothing", "auto"],
    ["--method", "poisson"],
    ["--smoothing", "none"],
    ["--solver", "nnls"],
  ])("are solved as two stores are, to the bit, with --section-key and %s %s %s %s", async (...more) => {
    const options = more.filter((option) => option !== undefined);
    const halves = await runOfHalves(...options);
    const told = await run("over", "--section-key", "slide", ...options);
    expect([...told.proportions]).toEqual(halves.proportions);
    expect(told.codes).not.toContain("shared-positions");
    const own = (json: Record<string, unknown>) => OWN.map((name) => json[name]);
    expect(told.json.sections.map(own)).toEqual(halves.sections.map(own));
    expect(told.json.sections.map(({ name }: { name: string }) => name)).toEqual(["lower", "upper"]);
  });

  it("are two of three sections where another store is run with them, with one strength for all", async () => {
    const outDir = join(await temporaryFolder(), "results");
    const { stdout, stderr } = await runCli([
      ...["run", at("named"), at("half-0"), "--reference", at("cells")],
      ...["--out-dir", outDir, "--json"],
    ]);
    expect(stderr).toContain("Chosen on 3 sections together");
    const [named, half] = JSON.parse(stdout).sections;
    expect(named.smoothing_used).toBe(half.smoothing_used);
    const codes = await sectionCodes();
    const all = await proportionsOf(named.result);
    const lower = [...codes.keys()].filter((spot) => codes[spot] === 0);
    expect(lower.flatMap((spot) => [...all.subarray(4 * spot, 4 * spot + 4)])).toEqual([
      ...(await proportionsOf(half.result)),
    ]);
  });

  it("keep what each has of its own with the result, also in place", async () => {
    const copy = await writeTwoSections(join(await temporaryFolder(), "copy"), {
      obs: [{ kind: "categorical", name: "slide", codes: await sectionCodes(), categories: ["a/1", "b"] }],
    });
    const ended = await runCli([
      ...["run", copy, "--reference", at("cells"), "--section-key", "slide", "--in-place"],
    ]);
    expect(ended.code, ended.stderr).toBe(0);
    // The first has ended by then.
    expect(ended.stderr).toMatch(/Section 1 of 2: a\/1\n(?:.*\n)*solving: .*\nSection 2 of 2: b\n/);
    expect(ended.stdout).toMatch(/ of [\d,]+ to [\d,]+ shared genes used, smoothing \d/);
    const wanted = await run("over", "--section-key", "slide");
    expect(await proportionsOf(copy)).toEqual(wanted.proportions);
    const sections = join(copy, "uns/flashdeconv_params/sections");
    const found = (await readdir(sections)).filter((name) => !name.startsWith("."));
    expect(found).toHaveLength(2);
    expect(await readdir(join(sections, "b"))).toContain("genes_used");
    const grams = await readdir(join(copy, "uns/flashdeconv_signature/sections"));
    expect(grams.filter((name) => !name.startsWith(".")).sort()).toEqual(found.sort());
    // Not every name can be that of a group: each says whose it is.
    expect(found).not.toContain("a/1");
    for (const place of found) expect(await readdir(join(sections, place))).toContain("name");
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
    expect(notice?.message).toMatch(/: 500 of 500 spots\. .*--section-key COLUMN/);
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

  it("are in the plan of memory that inspect tells, as in that of a run", async () => {
    const args = [at("over"), "--reference", at("cells"), "--section-key", "slide", "--json"];
    const out = join(await temporaryFolder(), "out");
    const run = JSON.parse((await runCli(["run", ...args, "--out", out])).stdout);
    const told = JSON.parse((await runCli(["inspect", ...args])).stdout);
    expect(told.memory).toEqual(run.memory);
  });

  it("give the same bits on scratch, and again from kept statistics", async () => {
    const options = ["--section-key", "slide", "--smoothing", "20"];
    const stats = join(await temporaryFolder(), "stats");
    const plain = await run("over", ...options, "--save-stats", stats);
    expect((await run("over", ...options, "--use-scratch", "always")).proportions).toEqual(plain.proportions);
    for (const scratch of ["never", "always"]) {
      const out = join(await temporaryFolder(), "again");
      const again = await runCli(["solve", stats, "--out", out, "--json", "--use-scratch", scratch]);
      expect(again.code, again.stdout).toBe(0);
      expect(await proportionsOf(out)).toEqual(plain.proportions);
      expect(JSON.parse(again.stdout).sections).toEqual(plain.json.sections);
      expect(await readRowNames(await openStore(out), "obs")).toEqual(
        await readRowNames(await openStore(plain.out), "obs"),
      );
    }
    const [out, other] = [
      join(await temporaryFolder(), "out"),
      ["--smoothing", "3", "--drop-type", "type_0"],
    ];
    expect((await runCli(["solve", stats, "--out", out, ...other])).code).toBe(0);
    expect(await proportionsOf(out)).toHaveLength(1500);
    // The result and statistics are what is asked for again.
    const arguments_ = ["run", at("over"), "--reference", at("cells"), ...options, "--out", plain.out];
    const resumed = await runCli([...arguments_, "--save-stats", stats, "--resume", "--json"]);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ already_done: true });
    // What somebody else has put there is nothing to replace.
    await cp(join(stats, "section-1/gram"), join(stats, "section-1/mine"), { recursive: true });
    const refused = await runCli([...arguments_, "--save-stats", stats, "--overwrite"]);
    expect(refused.stderr).toContain("did not write, or not all of it (section-1/mine)");
  });

  it.each(["Section 1 of 2", "Section 2 of 2"])(
    "are resumed after a stop in %s, with the same bits",
    async (place) => {
      const wanted = await run("over", "--section-key", "slide");
      const out = join(await temporaryFolder(), "out");
      const arguments_ = ["run", at("over"), "--reference", at("cells"), "--section-key", "slide"];
      const again = [...arguments_, "--out", out, "--save-every", "0"];
      const stop = new AbortController();
      const onStderr = (text: string) => {
        if (text.split(place)[1]?.includes("choosing genes: ")) stop.abort(new Error("stopped"));
      };
      expect((await runCli(again, { signal: stop.signal, onStderr })).code).not.toBe(0);
      const other = await runCli([...again, "--resume", "--per-section"]);
      expect(other.stderr).toMatch(/with other inputs or options \(--per-section/);
      const ended = await runCli([...again, "--resume", "--json"]);
      expect(ended.code, ended.stderr).toBe(0);
      expect(JSON.parse(ended.stdout).resumed_pieces).toBeGreaterThan(2);
      expect(await proportionsOf(out)).toEqual(wanted.proportions);
    },
  );
});
