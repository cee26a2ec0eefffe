import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CsrChunk } from "@flashdeconv/core";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, withValue, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();

async function inspect(...args: string[]) {
  const [text, json] = [await runCli(["inspect", ...args]), await runCli(["inspect", ...args, "--json"])];
  expect(text.code, text.stderr).toBe(0);
  expect(json.code, json.stdout).toBe(0);
  return { text: text.stdout, json: JSON.parse(json.stdout) };
}

describe("flashdeconv inspect", () => {
  it("tells what a section holds", async () => {
    const { text, json } = await inspect(stores.spatial);
    expect(text).toContain(`${stores.spatial}: AnnData in Zarr v2, consolidated, 200 rows x 120 genes`);
    expect(text).toMatch(/^ {2}X +csr +200 x 120 +float32 +[\d,]+ +gzip +12,994 \(54\.1 %\) +counts$/m);
    expect(text).toMatch(/^Values of X: raw counts: .*all 200 rows looked at/m);
    expect(text).toMatch(/^Coordinates: obsm\/spatial$/m);
    expect(text).toMatch(/^Genes: gene_000, gene_001, .*\.\.\.$/m);
    expect(text).toContain("truth (dataframe 200 x 4)");
    expect(json).toMatchObject({
      zarr_format: 2,
      row_count: 200,
      gene_count: 120,
      coordinates: "obsm/spatial",
      values: { path: "X", verdict: "counts", rows_looked_at: 200 },
      matrices: [{ path: "X", encoding: "csr", nonzero_count: 12994 }],
    });
  });

  it("compares with a reference: genes, types, cells, labels to drop", async () => {
    const folder = await temporaryFolder();
    const cells = await writeCells(join(folder, "cells.zarr"), {
      contents: (contents) => ({
        ...contents,
        geneNames: (contents.geneNames as string[]).map((name, i) => (i < 30 ? `other_${i}` : name)),
        obs: [
          {
            kind: "categorical",
            name: "kind",
            codes: Int32Array.from({ length: 48 }, (_, i) => (i === 47 ? -1 : i < 4 ? 0 : i < 20 ? 1 : 2)),
            categories: ["Rare", "Unknown", "Usual"],
          },
        ],
      }),
    });
    const { text, json } = await inspect(stores.spatial, "--reference", cells, "--cell-type-key", "kind");
    expect(text).toMatch(/^Shared genes: 90 \(75\.0 % of the smaller side\)$/m);
    expect(text).toMatch(/^ {2}Rare +4 +fewer than 25 cells/m);
    expect(text).toMatch(/^ {2}Unknown +16 +names no cell type: drop/m);
    expect(text).toMatch(/^ {2}Usual +27$/m);
    expect(text).toMatch(/^1 cell without a type$/m);
    expect(json.reference).toMatchObject({
      shared_gene_count: 90,
      unlabelled_count: 1,
      values: { verdict: "counts" },
    });
  });

  it("counts as shared what both sides counted, and names a type that is left without counts", async () => {
    const folder = await temporaryFolder();
    const without = (counts: CsrChunk, isLost: (row: number, gene: number) => boolean): CsrChunk => ({
      ...counts,
      values: counts.values.map((value, i) => {
        const row = counts.indptr.findLastIndex((start) => start <= i);
        return isLost(row, counts.indices[i]) ? 0 : value;
      }),
    });
    const section = await writeSection(join(folder, "section.zarr"), {
      counts: (counts) => without(counts, (_, gene) => gene < 20),
    });
    const cells = await writeCells(join(folder, "cells.zarr"), {
      counts: (counts) => without(counts, (cell, gene) => gene >= 110 || (cell < 12 && gene >= 20)),
      contents: (contents) => ({
        ...contents,
        obs: [
          {
            kind: "categorical",
            name: "kind",
            codes: Int32Array.from({ length: 48 }, (_, cell) => (cell < 12 ? 0 : 1)),
            categories: ["Quiet", "Usual"],
          },
        ],
      }),
    });
    const { text, json } = await inspect(section, "--reference", cells, "--cell-type-key", "kind");
    const { shared_gene_count: shared, shared_name_count: names } = json.reference as Record<string, number>;
    expect(names).toBe(120);
    expect(shared).toBeGreaterThan(70);
    expect(shared).toBeLessThanOrEqual(90);
    expect(text).toMatch(new RegExp(`^Shared genes: ${shared} `, "m"));
    expect(text).toMatch(
      new RegExp(`^${120 - shared} more are shared by name but had no count on one side`, "m"),
    );
    expect(text).toMatch(
      /^ {2}Quiet +12 +no count in the shared genes: 0 in every spot; fewer than 25 cells/m,
    );
    expect(text).toMatch(/^ {2}Usual +36$/m);
  });

  it("guesses why no gene is shared, without failing", async () => {
    const folder = await temporaryFolder();
    const section = await writeSection(join(folder, "section.zarr"), {
      contents: (contents) => ({
        ...contents,
        geneNames: (contents.geneNames as string[]).map((name) => name.toUpperCase()),
      }),
    });
    const { text } = await inspect(section, "--reference", stores.reference);
    expect(text).toMatch(/Shared genes: 0 \(0\.0 %/);
    expect(text).toMatch(/likely cause is letter case/);
  });

  it.each<[string, (value: number) => number, RegExp]>([
    ["logged", Math.log1p, /NOT raw counts: logged or scaled.*values not whole, the first \d/],
    ["negative", (value) => -value, /NOT usable.*values negative, the first -/],
    ["NaN", () => Number.NaN, /NOT usable.*values not finite, the first NaN/],
  ])("says so of %s values", async (_, change, message) => {
    const section = await writeSection(join(await temporaryFolder(), "section.zarr"), {
      counts: (counts) => ({ ...counts, values: counts.values.map(change) }),
    });
    const { text, json } = await inspect(section);
    expect(text).toMatch(message);
    expect(json.values.verdict).not.toBe("counts");
    expect(json.values.faults).toHaveLength(1);
  });

  it("tells the first fault of a kind", async () => {
    const folder = await temporaryFolder();
    const section = await writeSection(join(folder, "section.zarr"), { counts: withValue(0, -3) });
    expect((await inspect(section)).json.values.faults).toEqual([
      { kind: "negative", value_count: 1, first_row: 0, first_column: 0, first_value: "-3" },
    ]);
  });

  it("reads a table of means as reference, and a result without counts", async () => {
    const folder = await temporaryFolder();
    const csv = join(folder, "means.csv");
    await writeFile(csv, "type,gene_000,gene_001,elsewhere\nA,1,2,3\nB,2,1,0\n");
    const { text } = await inspect(stores.spatial, "--reference", csv);
    expect(text).toMatch(/^Reference: table of mean counts, 2 cell types, 3 genes$/m);
    expect(text).toMatch(/^Shared genes: 2 /m);
    const out = join(folder, "result.zarr");
    await runCli(["run", stores.spatial, "--reference", stores.reference, "--out", out]);
    const result = await inspect(out);
    expect(result.text).toMatch(/^Matrices: none$/m);
    expect(result.json.values).toBeNull();
  });
});
