import { execFileSync, spawnSync } from "node:child_process";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Column } from "@flashdeconv/io-zarr";
import { beforeAll, describe, expect, it } from "vitest";
import { h5adContent } from "./h5ad-content.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { writeContainer } from "./small-container.js";
import { smallStores, writeCells } from "./small-stores.js";
import { sectionCodes, writeTheirCells, writeTwoSections } from "./two-sections.js";

const stores = smallStores();
const at = (name: string) => join(stores.folder, name);
const PYTHON = "/usr/bin/python3";
const hasAnndata = spawnSync(PYTHON, ["-c", "import anndata"]).status === 0;
const ODD = ["T/NK", "t", "T_NK", "细胞 é"];

/** Says of every spot that its types are alike, and two more tables. */
const SOLVER = `export default {
  name: "mine", coupling: "independent", input: "statistics", resolveOptions: (given) => ({ ...given }),
  tables: () => [{ name: "misfit", columns: "types" }, { name: "fit", columns: ["a/b", "c"] }],
  start: ({ typeNames }) => ({
    statWidth: typeNames.length + 1,
    settings: {},
    summarize(rows, out) { out.set(rows.values); },
    sweep({ spots }, abundance) {
      for (const spot of spots) abundance.fill(1, spot * typeNames.length, (spot + 1) * typeNames.length);
      return { largestChange: 0, largestValue: 1 };
    },
    tabulate(tile, abundance, out) { for (let i = 0; i < out.length; i++) out[i] = i / 3; },
  }),
};`;

async function succeed(...args: string[]) {
  const { code, stdout, stderr } = await runCli([...args, "--json"]);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
}

async function failure(...args: string[]): Promise<string> {
  const { code, stdout } = await runCli([...args, "--json"]);
  expect(code, stdout).toBe(2);
  return JSON.parse(stdout).error.message;
}

/** The command names the output, the fingerprint the inputs' files as well: those are compared by their place alone. */
async function contentWithoutPlaces(path: string) {
  const content = await h5adContent(path);
  for (const key of content.keys()) {
    if (/_command\/|_params\/(fingerprint|spatial|table)\//.test(key)) content.set(key, "");
  }
  return content;
}

async function expectEqual(exported: string, direct: string): Promise<void> {
  const [ours, theirs] = [await contentWithoutPlaces(exported), await contentWithoutPlaces(direct)];
  expect([...ours.keys()]).toContain("/obsm/spatial/0.0");
  expect([...ours.keys()]).toContain("/uns/flashdeconv_notices/code/.zattrs");
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
}

beforeAll(async () => {
  await writeCells(at("odd.zarr"), {
    contents: (contents) => ({
      ...contents,
      obs: contents.obs?.map((one) => (one.kind === "categorical" ? { ...one, categories: ODD } : one)),
    }),
  });
});

describe("an h5ad by export is what a run writes, element by element", () => {
  it.each([
    ["Zarr v2", ["--zarr-format", "2", "--obs-columns"]],
    ["Zarr v3", ["--zarr-format", "3"]],
    ["float32", ["--precision", "float32", "--obs-columns", "--key-added", "flashdeconv"]],
  ])("of a new store, %s", async (_, more) => {
    const folder = await temporaryFolder();
    const [store, exported, again, direct] = ["r.zarr", "r.h5ad", "again.h5ad", "direct.h5ad"].map((name) =>
      join(folder, name),
    );
    const run = ["run", stores.spatial, "--reference", at("odd.zarr")];
    await succeed(...run, "--out", store, ...more);
    const { format, spot_count, cell_types } = await succeed("export", store, exported);
    expect({ format, spot_count }).toEqual({ format: "h5ad", spot_count: 200 });
    expect([...cell_types].sort()).toEqual([...ODD].sort());
    const ofFile = more.filter((_, i) => more[0] !== "--zarr-format" || i > 1);
    await succeed(...run, "--out", direct, ...ofFile);
    await expectEqual(exported, direct);
    // And of an h5ad.
    await succeed("export", exported, again);
    expect(await h5adContent(again)).toEqual(await h5adContent(exported));
  });

  it("of a section's own store, one key of two", async () => {
    const folder = await temporaryFolder();
    const [section, exported, direct] = ["s.zarr", "r.h5ad", "direct.h5ad"].map((name) => join(folder, name));
    await cp(stores.spatial, section, { recursive: true });
    const run = ["run", section, "--reference", at("odd.zarr"), "--obs-columns"];
    await succeed(...run, "--out", direct);
    await succeed(...run, "--in-place", "--key-added", "flashdeconv_other");
    await succeed(...run, "--in-place");
    await succeed("export", section, exported);
    await expectEqual(exported, direct);
    expect(await failure("export", section, join(folder, "b.h5ad"), "--key", "truth")).toMatch(
      /obsm\/truth: found no result of flashdeconv/,
    );
    expect(await failure("export", section, join(folder, "b.h5ad"), "--key", "none")).toMatch(
      /--key: .*flashdeconv/,
    );
  });

  it("of a table of SpatialData, its own or a new one, with positions of its shapes", async () => {
    const folder = await temporaryFolder();
    const [container, own, beside, direct] = ["s.zarr", "own.h5ad", "new.h5ad", "direct.h5ad"].map((name) =>
      join(folder, name),
    );
    await writeContainer(container, 3);
    const run = ["run", container, "--reference", stores.reference];
    await succeed(...run, "--out", direct);
    await succeed(...run, "--in-place");
    await succeed("export", container, own);
    await expectEqual(own, direct);
    await succeed(...run, "--new-table", "types", "--table", "square_008um");
    expect(await failure("export", container, beside)).toMatch(/--table: .*square_008um, types/);
    await succeed("export", container, beside, "--table", "types");
    const content = await contentWithoutPlaces(beside);
    expect(content.get("/obsm/spatial/0.0")).toBe((await h5adContent(direct)).get("/obsm/spatial/0.0"));
    await succeed("export", container, join(folder, "new.csv"), "--table", "types");
    expect(await readFile(join(folder, "new.csv"), "utf8")).toMatch(/^barcode,.*\nspot_0,/);
  });

  it("of a solver with tables of its own", async () => {
    const folder = await temporaryFolder();
    const [solver, store, exported, direct] = ["mine.mjs", "r.zarr", "r.h5ad", "direct.h5ad"].map((name) =>
      join(folder, name),
    );
    await writeFile(solver, SOLVER);
    const run = ["run", stores.spatial, "--reference", at("odd.zarr"), "--solver", solver];
    await succeed(...run, "--out", direct);
    await succeed(...run, "--out", store);
    await succeed("export", store, exported);
    await expectEqual(exported, direct);
    expect([...(await h5adContent(exported)).keys()]).toEqual(
      expect.arrayContaining(["/obsm/flashdeconv_fit/a_b/0", "/obsm/flashdeconv_misfit/T_NK/0"]),
    );
  });

  it("of sections of one store", async () => {
    const folder = await temporaryFolder();
    const codes = await sectionCodes();
    const slide: Column = { kind: "categorical", name: "slide", codes, categories: ["a/b", "A/B"] };
    const section = await writeTwoSections(join(folder, "s.zarr"), { obs: [slide] });
    const cells = await writeTheirCells(join(folder, "cells.zarr"));
    const run = ["run", section, "--reference", cells, "--section-key", "slide"];
    const [exported, direct] = ["r.h5ad", "direct.h5ad"].map((name) => join(folder, name));
    await succeed(...run, "--out", direct);
    await succeed(...run, "--in-place");
    await succeed("export", section, exported);
    await expectEqual(exported, direct);
    expect([...(await h5adContent(exported)).keys()].join()).toContain("/uns/flashdeconv_params/sections/");
  });
});

it("export to h5ad replaces a result of ours alone, and never what it reads", async () => {
  const folder = await temporaryFolder();
  const [store, out] = ["r.zarr", "r.h5ad"].map((name) => join(folder, name));
  const run = ["run", stores.spatial, "--reference", stores.reference];
  await succeed(...run, "--out", store, "--zarr-format", "2");
  await succeed("export", store, out);
  expect(await failure("export", store, out)).toMatch(/already there.*--overwrite/);
  await succeed("export", store, out, "--overwrite");
  const before = await readFile(out);
  expect(await failure("export", out, out, "--overwrite")).toMatch(/apart from|given more than once/);
  expect(await failure("export", store, join(store, "x.h5ad"))).toMatch(/apart from|inside/);
  expect(await readFile(out)).toEqual(before);
  await writeFile(out, "mine");
  expect(await failure("export", store, out, "--overwrite")).toMatch(/did not write/);
  expect(await readFile(out, "utf8")).toBe("mine");
  // A part that is lost is told, not left out.
  await rm(join(store, "uns", "flashdeconv_notices"), { recursive: true });
  await rm(join(store, ".zmetadata"));
  const lost = join(folder, "lost.h5ad");
  expect(await failure("export", store, lost)).toMatch(/uns\/flashdeconv_notices: found nothing/);
  await expect(readFile(lost)).rejects.toThrow(/ENOENT/);
});

it.skipIf(!hasAnndata)("anndata reads it (skipped without anndata)", async () => {
  const folder = await temporaryFolder();
  const [store, out] = ["r.zarr", "r.h5ad"].map((name) => join(folder, name));
  await succeed("run", stores.spatial, "--reference", at("odd.zarr"), "--out", store);
  await succeed("export", store, out);
  const script = `import sys, anndata
data = anndata.read_h5ad(sys.argv[1])
assert data.shape == (200, 0) and data.obs_names[0] == "spot_0"
assert list(data.obsm) == ["flashdeconv", "spatial"], list(data.obsm)
assert list(data.obsm["flashdeconv"].columns) == list(data.uns["flashdeconv_params"]["type_columns"])
assert "T/NK" in data.obs["flashdeconv_dominant"].cat.categories
assert data.uns["flashdeconv_command"].startswith("flashdeconv run ")`;
  execFileSync(PYTHON, ["-W", "ignore", "-c", script, out]);
});
