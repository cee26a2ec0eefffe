import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type DenseChunk, memorySource } from "@flashdeconv/core";
import type { AnnDataContents } from "@flashdeconv/io-zarr";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { type StoreChanges, smallStores, withValue, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();

interface BadInput {
  readonly section?: StoreChanges;
  readonly cells?: StoreChanges;
  /** Spoils the written section. */
  readonly damage?: (section: string) => Promise<void>;
  readonly args?: readonly string[];
}

/** Runs on input that is bad in one way; the run must be refused and must leave nothing behind. */
async function refusal({ section, cells, damage, args = [] }: BadInput): Promise<string> {
  const folder = await temporaryFolder();
  const spatial =
    section || damage ? await writeSection(join(folder, "section.zarr"), section) : stores.spatial;
  const reference = cells ? await writeCells(join(folder, "cells.zarr"), cells) : stores.reference;
  await damage?.(spatial);
  const before = await readdir(folder);
  const { code, stdout, stderr } = await runCli([
    "run",
    spatial,
    "--reference",
    reference,
    "--out",
    join(folder, "out.zarr"),
    ...args,
  ]);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  expect((await readdir(folder)).sort(), "nothing is left behind").toEqual(before.sort());
  const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
  expect(errors, stderr).toHaveLength(1);
  return errors[0];
}

const renamedGenes = (rename: (name: string, i: number) => string): StoreChanges => ({
  contents: (contents) => ({
    ...contents,
    geneNames: (contents.geneNames as readonly string[]).map(rename),
  }),
});
const withCoordinates = (spotCount: number, fill: (values: Float64Array) => void): StoreChanges => ({
  contents: (contents: AnnDataContents) => {
    const values = Float64Array.from({ length: 2 * spotCount }, (_, i) => i);
    fill(values);
    const table: DenseChunk = { kind: "dense", spotStart: 0, spotCount, width: 2, values };
    return { ...contents, obsm: { spatial: { values: memorySource(table) } } };
  },
});
const edit = (file: string, change: (text: string) => string) => async (section: string) => {
  const path = join(section, file);
  await writeFile(path, change(await readFile(path, "utf8")));
};

describe("bad input is refused", () => {
  it.each<[string, BadInput, RegExp[]]>([
    [
      "no shared genes, in another case",
      { section: renamedGenes((name) => name.toUpperCase()) },
      [/none shared/, /"GENE_000", "GENE_001", "GENE_002"/, /"gene_000", "gene_001", "gene_002"/, /case/],
    ],
    [
      "no shared genes, Ensembl against symbol",
      { section: renamedGenes((_, i) => `ENSG${String(i).padStart(11, "0")}`) },
      [/none shared/, /Ensembl/],
    ],
    [
      "a negative count",
      { section: { counts: withValue(500, -1) } },
      [/-1 in spot "spot_\d+", gene "gene_\d+"/, /raw counts/],
    ],
    [
      "a NaN",
      { section: { counts: withValue(500, Number.NaN) } },
      [/NaN in spot "spot_\d+", gene "gene_\d+"/],
    ],
    [
      "an infinite count",
      { section: { counts: withValue(500, Number.POSITIVE_INFINITY) } },
      [/Infinity in spot "spot_\d+"/],
    ],
    [
      "logged counts",
      { section: { counts: (counts) => ({ ...counts, values: counts.values.map(Math.log1p) }) } },
      [/found \d\.\d+ in spot "spot_0"/, /logged or scaled/, /--layer/, /--allow-non-counts/],
    ],
    [
      "a logged reference",
      { cells: { counts: (counts) => ({ ...counts, values: counts.values.map(Math.log1p) }) } },
      [/^error: reference: /, /cell "/, /--reference-layer/],
    ],
    [
      "no coordinates",
      { section: { contents: ({ obsm: _, ...contents }) => contents } },
      [/coordinates/, /obsm\/spatial/],
    ],
    [
      "NaN coordinates",
      { section: withCoordinates(200, (values) => values.fill(Number.NaN, 6, 7)) },
      [/"?spot_3"?/, /NaN/, /finite/],
    ],
    [
      "a label column that is not there",
      { args: ["--cell-type-key", "celltype"] },
      [/option --cell-type-key: found "celltype"/, /cell_type/],
    ],
    ["a layer that is not there", { args: ["--layer", "counts"] }, [/option --layer: found "counts"/, /X/]],
    [
      "a layer that is not in the reference",
      { args: ["--reference-layer", "counts"] },
      [/option --reference-layer: found "counts"/, /X/],
    ],
    [
      "coordinates under a key that is not there",
      { args: ["--spatial-key", "umap"] },
      [/option --spatial-key: found "umap"/, /spatial/],
    ],
    [
      "a truncated chunk",
      {
        damage: async (section) => {
          const path = join(section, "X/data/0");
          await writeFile(path, (await readFile(path)).subarray(0, 100));
        },
      },
      [/X\/data/, /chunk/],
    ],
    ["a missing chunk", { damage: (section) => rm(join(section, "X/indices/0")) }, [/X\/indices/, /chunk/]],
    [
      "an unknown codec",
      {
        damage: async (section) => {
          await edit("X/data/.zarray", (text) => text.replace('"gzip"', '"pcodec"'))(section);
          await edit(".zmetadata", (text) => text.replaceAll('"gzip"', '"pcodec"'))(section);
        },
      },
      [/pcodec/],
    ],
    [
      "an unknown encoding version",
      {
        damage: async (section) => {
          const change = (text: string) =>
            text.replace(/("encoding-type": ?"csr_matrix",\s*"encoding-version": ?)"0.1.0"/, '$1"9.9.9"');
          await edit("X/.zattrs", change)(section);
          await edit(".zmetadata", change)(section);
        },
      },
      [/9\.9\.9/, /X/],
    ],
    [
      "a shape that claims too much",
      {
        damage: async (section) => {
          const change = (text: string) => text.replace(/("shape": ?\[\s*)200(,\s*120)/g, "$1300$2");
          await edit("X/.zattrs", change)(section);
          await edit(".zmetadata", change)(section);
        },
      },
      [/300/, /20[01]/],
    ],
    [
      "lambda below 0",
      { args: ["--method", "flashdeconv", "--lambda", "-5"] },
      [/option --lambda: found -5/, /at least 0/],
    ],
    [
      "a platform and a lambda",
      { args: ["--method", "flashdeconv", "--lambda", "5", "--platform", "visium"] },
      [/--platform/, /lambda/],
    ],
    [
      "a platform for a solver without lambda",
      { args: ["--solver", "nnls", "--platform", "visium"] },
      [/--platform/, /nnls/],
    ],
    [
      "an option of another solver",
      { args: ["--solver", "nnls", "--lambda", "5"] },
      [/option --lambda/, /nnls/],
    ],
    [
      "a radius that is missing",
      { args: ["--graph", "radius"] },
      [/option --radius: found nothing/, /the distance/],
    ],
    [
      "a radius without its graph",
      { args: ["--radius", "5"] },
      [/option --radius: found 5/, /--graph radius/],
    ],
    [
      "one option twice",
      { args: ["--method", "flashdeconv", "--rho", "0.1", "--solver-options", '{"rho":0.2}'] },
      [/option --rho/, /--solver-options/],
    ],
    [
      "an unknown option of the solver",
      { args: ["--method", "flashdeconv", "--solver-options", '{"lamda":2}'] },
      [/lamda of --solver-options/, /lambda, rho/],
    ],
    ["broken JSON", { args: ["--solver-options", "{lambda:2}"] }, [/option --solver-options/, /JSON object/]],
    [
      "half a number",
      { args: ["--method", "flashdeconv", "--target-sum", "12abc"] },
      [/option --target-sum: found "12abc"/, /a number/],
    ],
    [
      "a count that is not whole",
      { args: ["--genes", "selected", "--n-hvg", "1.5"] },
      [/option --n-hvg: found 1.5/, /whole number/],
    ],
    [
      "no gene at all",
      { args: ["--genes", "selected", "--n-hvg", "0", "--n-markers", "0"] },
      [/option --n-hvg: found 0/, /--n-markers is 0/],
    ],
    [
      "a sketch of nothing",
      { args: ["--method", "flashdeconv", "--sketch-dim", "0"] },
      [/option --sketch-dim: found 0/, /"none"/],
    ],
    ["no neighbours", { args: ["--neighbors", "0"] }, [/option --neighbors: found 0/, /at least 1/]],
    [
      "a slip in a value",
      { args: ["--preprocess", "log_cpm"] },
      [/option --preprocess: found "log_cpm"/, /Did you mean "log-cpm"\?/],
    ],
    [
      "a value like no other",
      { args: ["--graph", "delaunay"] },
      [/option --graph: found "delaunay"/, /one of knn, radius, grid/],
    ],
    ["a slip in a platform", { args: ["--platform", "visum"] }, [/Did you mean "visium"\?/]],
    [
      "a slip in a solver",
      { args: ["--solver", "bdc"] },
      [/option --solver: found "bdc"/, /Did you mean "bcd"\?/],
    ],
    [
      "a key that AnnData cannot hold",
      { args: ["--key-added", "a/b"] },
      [/option --key-added: found "a\/b"/],
    ],
    [
      "the key of the coordinates",
      { args: ["--key-added", "spatial"] },
      [/option --key-added: found "spatial"/],
    ],
    ["a new store and in place", { args: ["--in-place"] }, [/option --out/, /--in-place/]],
  ])("%s", async (_, input, patterns) => {
    const error = await refusal(input);
    for (const pattern of patterns) expect(error).toMatch(pattern);
    expect(error).toMatch(/found .+, expected .+\. ./);
  });

  it("an output that exists, unless told to overwrite", async () => {
    const out = join(await temporaryFolder(), "out.zarr");
    const args = ["run", stores.spatial, "--reference", stores.reference, "--out", out];
    expect((await runCli(args)).code).toBe(0);
    const refused = await runCli(args);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(
      /found a finished result of flashdeconv that is already there.*--overwrite/,
    );
    expect((await runCli([...args, "--overwrite"])).code).toBe(0);
  });

  it("an output that another program wrote, even if told to overwrite", async () => {
    const out = await writeSection(join(await temporaryFolder(), "out.zarr"));
    const args = ["run", stores.spatial, "--reference", stores.reference, "--out", out];
    for (const given of [args, [...args, "--overwrite"]]) {
      const refused = await runCli(given);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toMatch(/out\.zarr: found a store .*(already there|did not write)/);
      expect(await readdir(out)).toContain("X");
    }
  });

  it("an output in a folder that is not there and cannot be made", async () => {
    await writeFile(join(stores.folder, "a-file"), "");
    const { code, stderr } = await runCli([
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--out",
      join(stores.folder, "a-file/out.zarr"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^error: .*out\.zarr: found /);
  });

  it.each(["", "/inside.zarr", "/../spatial.zarr"])("an output over the input: %s", async (tail) => {
    const out = stores.spatial + tail;
    const { code, stderr } = await runCli([
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--out",
      out,
      "--overwrite",
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/option --out: .*apart from .*--in-place/);
    expect(await readdir(stores.spatial)).toContain("X");
  });

  it("an output over the reference", async () => {
    const { code, stderr } = await runCli([
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--out",
      stores.reference,
      "--overwrite",
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/option --out: /);
    expect(await readdir(stores.reference)).toContain("X");
  });

  it("inputs that are not there or no store", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "empty"));
    await writeFile(join(folder, "section.h5ad"), "");
    const out = ["--reference", stores.reference, "--out", join(folder, "out.zarr")];
    const nothing = await runCli(["run", join(folder, "none.zarr"), ...out]);
    expect(nothing).toMatchObject({ code: 2, stdout: "" });
    expect(nothing.stderr).toMatch(/none\.zarr: found nothing at this path, expected AnnData or SpatialData/);
    const empty = await runCli(["run", join(folder, "empty"), ...out]);
    expect(empty.stderr).toMatch(/found an empty folder/);
    const h5ad = await runCli(["run", join(folder, "section.h5ad"), ...out]);
    expect(h5ad.stderr).toMatch(/found an empty file, and no file of HDF5, expected AnnData or SpatialData/);
    const csv = await runCli([
      "run",
      stores.spatial,
      "--reference",
      join(folder, "none.csv"),
      "--out",
      join(folder, "out.zarr"),
    ]);
    expect(csv.stderr).toMatch(/none\.csv: found no file/);
    expect((await readdir(folder)).sort()).toEqual(["empty", "section.h5ad"]);
  });
});
