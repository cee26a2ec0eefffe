import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { openSpatial, readColumn } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addColumn } from "./gene-columns.js";
import { runCli } from "./run-cli.js";
import { smallStores, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();
let folder = "";
let section = "";
let result = "";
const at = (name: string) => join(folder, name);
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "flashdeconv-expression-"));
  section = await writeSection(at("section.zarr"));
  await addColumn(
    section,
    "obs",
    "side",
    Array.from({ length: 200 }, (_, spot) => (spot % 3 === 0 ? "left" : "right")),
  );
  result = at("result.zarr");
  const run = ["run", section, "--reference", stores.reference, "--out", result, "--no-report", "--quiet"];
  expect((await runCli(run)).code).toBe(0);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function matrixOf(store: string, layer?: string) {
  const opened = await openSpatial(await openStore(store), layer === undefined ? {} : { layer });
  return { ...(await collect(opened.counts)), geneNames: opened.geneNames };
}

describe("expression", () => {
  it("divides the counts among all types, to the sum", async () => {
    const out = at("layers.zarr");
    const { code, stdout } = await runCli(["expression", result, "--out", out, "--json"]);
    expect(code).toBe(0);
    const told = JSON.parse(stdout);
    const counts = await matrixOf(section);
    const observed = await matrixOf(out);
    expect(sum(observed.values)).toBe(sum(counts.values));
    let divided = told.unassigned_counts;
    for (const type of told.cell_types) divided += sum((await matrixOf(out, type)).values);
    expect(divided / sum(counts.values)).toBeCloseTo(1, 6);
    expect(told).toMatchObject({ spot_count: 200, gene_count: 120, observed_counts: sum(counts.values) });
  });

  it("sums over the values of a column, of the types and genes that are asked for", async () => {
    const [whole, part] = [at("whole.zarr"), at("part.zarr")];
    const by = ["expression", result, "--by", "obs:side"];
    expect((await runCli([...by, "--out", whole, "--quiet"])).code).toBe(0);
    const { geneNames } = await matrixOf(whole);
    const asked = ["--types", "type_2,type_0", "--genes", geneNames.slice(3, 5).join(", ")];
    expect((await runCli([...by, ...asked, "--out", part, "--quiet"])).code).toBe(0);
    const all = await matrixOf(whole);
    const store = await openStore(whole);
    const lost = await readColumn(store, "var/unassigned");
    const counts = await matrixOf(section);
    expect(sum(all.values) + sum(lost.kind === "number" ? lost.values : [])).toBeCloseTo(
      sum(counts.values),
      6,
    );
    const few = await matrixOf(part);
    expect(few.geneNames).toEqual(geneNames.slice(3, 5));
    expect(few.spotCount).toBe(4);
    const inAll = (row: number, gene: number) => {
      for (let i = all.indptr[row]; i < all.indptr[row + 1]; i++)
        if (all.indices[i] === gene) return all.values[i];
      return 0;
    };
    // Rows are regions x types: type_0 and type_2 of both regions.
    for (const [at, row] of [0, 2, 4, 6].entries())
      for (let i = few.indptr[at]; i < few.indptr[at + 1]; i++)
        expect(few.values[i]).toBe(inAll(row, 3 + few.indices[i]));
  });

  it("replaces what it wrote, and nothing else that was added", async () => {
    const out = at("again.zarr");
    const args = ["expression", result, "--out", out, "--types", "type_1", "--quiet"];
    expect((await runCli(args)).code).toBe(0);
    expect((await runCli(args)).stderr).toMatch(/expected counts that flashdeconv wrote/);
    expect((await runCli([...args, "--overwrite"])).code).toBe(0);
    await addColumn(
      out,
      "obs",
      "mine",
      Array.from({ length: 200 }, () => "x"),
    );
    const kept = await runCli([...args, "--overwrite"]);
    expect(kept.code).toBe(2);
    expect(kept.stderr).toMatch(/obs\/mine/);
  });

  it("refuses a reference whose cells have changed, and takes types together as the result does", async () => {
    const changed = await writeCells(at("changed-cells.zarr"), {
      contents: (contents) => {
        const [column] = contents.obs ?? [];
        if (column?.kind !== "categorical") throw new Error("no types");
        return { ...contents, obs: [{ ...column, codes: column.codes.map((code) => (code + 1) % 4) }] };
      },
    });
    const other = await runCli(["expression", result, "--reference", changed, "--out", at("none.zarr")]);
    expect(other.code).toBe(2);
    expect(other.stderr).toMatch(/the reference that the result was made with: a cell of "type_0" has/);
    const merges = ["--merge-types", '{"both, of them": ["type_0", "type_3"]}'];
    const merged = at("merged.zarr");
    const run = ["run", section, "--reference", stores.reference, ...merges, "--out", merged, "--quiet"];
    expect((await runCli(run)).code).toBe(0);
    const asked = ["--types", "both, of them", "--types", "type_2", "--out", at("both.zarr"), "--json"];
    const told = await runCli(["expression", merged, ...asked]);
    expect(told.code, told.stdout).toBe(0);
    expect(JSON.parse(told.stdout).cell_types).toEqual(["both, of them", "type_2"]);
  });

  it("gives the same of shares of cells", async () => {
    const [ofCells, one, other] = [at("cells.zarr"), at("one.zarr"), at("other.zarr")];
    const run = [
      "run",
      section,
      "--reference",
      stores.reference,
      "--amount",
      "cells",
      "--precision",
      "float64",
    ];
    const rna = ["run", section, "--reference", stores.reference, "--precision", "float64"];
    const ofRna = at("rna.zarr");
    expect((await runCli([...run, "--out", ofCells, "--quiet"])).code).toBe(0);
    expect((await runCli([...rna, "--out", ofRna, "--quiet"])).code).toBe(0);
    expect((await runCli(["expression", ofCells, "--by", "obs:side", "--out", one, "--quiet"])).code).toBe(0);
    expect((await runCli(["expression", ofRna, "--by", "obs:side", "--out", other, "--quiet"])).code).toBe(0);
    const [a, b] = [await matrixOf(one), await matrixOf(other)];
    expect(a.indices).toEqual(b.indices);
    for (const [i, value] of a.values.entries()) expect(value / b.values[i]).toBeCloseTo(1, 6);
  });

  it("finds inputs that have moved by their options, and a column of the result", async () => {
    const moved = at("moved.zarr");
    await cp(section, at("copy.zarr"), { recursive: true });
    await rename(section, moved);
    const out = ["--by", "obs:flashdeconv_dominant", "--out", at("dominant.zarr")];
    const lost = await runCli(["expression", result, ...out]);
    expect(lost.stderr).toMatch(
      /--spatial: found .*expected what the result was made of: nothing is there any more/,
    );
    expect(lost.code).toBe(2);
    const found = await runCli(["expression", result, "--spatial", moved, ...out, "--json"]);
    const dominant = await readColumn(await openStore(result), "obs/flashdeconv_dominant");
    if (dominant.kind !== "categorical") throw new Error("no dominant types");
    expect(JSON.parse(found.stdout).region_count).toBe(new Set(dominant.codes).size);
    await rename(moved, section);
  });

  it.each([
    [["--types", "type_9"], /--types: found "type_9", expected names of 4 cell types/],
    [["--genes", "Gapdh"], /--genes: found "Gapdh", expected names of 120 shared genes/],
    [["--by", "obs:nothing"], /--by: found "obs:nothing", expected a column of the section or of the result/],
    [["--by", "obs:flashdeconv_entropy"], /this one holds fractions/],
    [["--by", "side"], /expected a column of obs: obs:COLUMN/],
    [["--key", "other"], /other/],
  ])("refuses %j before any work", async (options, told) => {
    const { code, stderr } = await runCli(["expression", result, ...options, "--out", at("none.zarr")]);
    expect(stderr).toMatch(told);
    expect(code).toBe(2);
  });

  it("refuses a section of other spots, a reference of other types, and tables", async () => {
    const other = await writeSection(at("other-spots.zarr"), {
      contents: (contents) => ({
        ...contents,
        spotNames: Array.from({ length: 200 }, (_, i) => `spot ${i}`),
      }),
    });
    const spots = await runCli(["expression", result, "--spatial", other, "--out", at("none.zarr")]);
    expect(spots.stderr).toMatch(
      /found other names of spots, or another order, expected those of the result/,
    );
    const table = await runCli(["expression", result, "--out", at("none.csv")]);
    expect(table.stderr).toMatch(/--out: found .*none.csv.*a name that ends in .zarr/);
    const types = ["--reference", stores.reference, "--cell-type-key", "side"];
    const cells = await runCli(["expression", result, ...types, "--out", at("none.zarr")]);
    expect(cells.code).toBe(2);
  });
});
