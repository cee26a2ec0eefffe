import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import { readColumn, readObsm, readRowNames, readSignatureCsv } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { goldenPath } from "../../../test/golden-data.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { meanCounts, smallStores, writeCells } from "./small-stores.js";

const stores = smallStores();

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

/** The proportions of a run, to the bit. */
async function proportions(section: string, reference: string, ...more: string[]) {
  const out = join(await temporaryFolder(), "out.zarr");
  await succeed("run", section, "--reference", reference, "--out", out, ...more);
  const store = await openStore(out);
  const { columnNames, values } = await readObsm(store, "flashdeconv");
  const all = { columnNames, bits: Buffer.from((await collect(values)).values.buffer).toString("hex") };
  await store.close();
  expect(all.bits.length).toBeGreaterThan(1000);
  return all;
}

describe("signature", () => {
  it.each(["signature.csv", "signature.zarr"])("%s gives the bits of a run on the cells", async (name) => {
    const out = join(await temporaryFolder(), name);
    const { cell_types, gene_count } = await succeed("signature", stores.reference, "--out", out);
    expect(gene_count).toBe(120);
    expect(cell_types.map((type: { cell_count: number }) => type.cell_count)).toEqual([12, 12, 12, 12]);
    for (const method of ["weighted", "flashdeconv"]) {
      const ofCells = await proportions(stores.spatial, stores.reference, "--method", method);
      expect(await proportions(stores.spatial, out, "--method", method)).toEqual(ofCells);
    }
    const about = ["--cell-type-key", "cell_type", "--out", join(out, "../never.zarr")];
    expect(await failure("run", stores.spatial, "--reference", out, ...about)).toMatch(
      /--cell-type-key: .*cells/,
    );
  });

  it("does so on the golden section", async () => {
    const [spatial, reference] = [goldenPath("spatial.zarr"), goldenPath("reference.zarr")];
    const out = join(await temporaryFolder(), "signature.csv");
    await succeed("signature", reference, "--out", out);
    expect(await proportions(spatial, out)).toEqual(await proportions(spatial, reference));
  });

  it("has the means, cells and dispersions, whatever types and genes are called", async () => {
    const folder = await temporaryFolder();
    const odd = ["=cmd()", "+1", "a,b", "'q\""];
    const geneOf = (gene: string, g: number) => (g === 3 ? "-gene" : g === 4 ? "flash,deconv" : gene);
    const reference = await writeCells(join(folder, "cells.zarr"), {
      contents: (contents) => ({
        ...contents,
        geneNames: (contents.geneNames as string[]).map(geneOf),
        obs: (contents.obs ?? []).map((column) =>
          column.kind === "categorical" ? { ...column, categories: odd } : column,
        ),
      }),
    });
    const out = join(folder, "a.csv");
    const { cell_types } = await succeed("signature", reference, "--out", out);
    const text = await readFile(out, "utf8");
    expect(text).toMatch(/^flashdeconv_cell_type,flashdeconv_cells,flashdeconv_dispersion,/);
    expect(text).not.toMatch(/(^|,|\n)"?[=+@-][^0-9]/);
    const read = readSignatureCsv(text);
    expect(read.typeNames).toEqual([...odd].sort());
    const { geneNames, values } = await meanCounts();
    expect(read.geneNames).toEqual(geneNames.map(geneOf));
    const rows = (all: Float64Array, width: number) =>
      Array.from({ length: 4 }, (_, k) => all.slice(k * width, (k + 1) * width).join());
    expect(rows(read.values, 120).sort()).toEqual(rows(values, 120).sort());
    for (const { dispersion } of cell_types) expect(dispersion).toBeGreaterThan(0.05);
  });

  it("takes the types of cells from a table", async () => {
    const folder = await temporaryFolder();
    const store = await openStore(stores.reference);
    const [names, types] = [await readRowNames(store, "obs"), await readColumn(store, "obs/cell_type")];
    await store.close();
    if (types.kind !== "categorical") throw new Error("cells without types");
    // A cell that the table leaves out is left out.
    const rows = names.slice(1).map((name, i) => `${name},${types.categories[types.codes[i + 1]]} of it`);
    await writeFile(join(folder, "labels.csv"), ["barcode,type", ...rows].join("\n"));
    const more = ["--labels", join(folder, "labels.csv"), "--out", join(folder, "told.csv")];
    const { cell_types } = await succeed("signature", stores.reference, ...more);
    const counts = cell_types.map((type: { cell_count: number }) => type.cell_count);
    expect(counts.toSorted()).toEqual([11, 12, 12, 12]);
    expect(cell_types[0].name).toMatch(/ of it$/);
  });

  it("joins donors: means over all cells, genes that all have", async () => {
    const folder = await temporaryFolder();
    const [one, two] = [join(folder, "one.csv"), join(folder, "two.csv")];
    await succeed("signature", stores.reference, "--out", one);
    const other = await writeCells(join(folder, "other.zarr"), {
      contents: (contents) => ({
        ...contents,
        geneNames: (contents.geneNames as string[]).map((gene, g) => (g === 0 ? "another" : gene)),
      }),
    });
    const { gene_count, cell_types } = await succeed("signature", stores.reference, other, "--out", two);
    expect([gene_count, cell_types[0].cell_count]).toEqual([119, 24]);
    const [a, b] = [
      readSignatureCsv(await readFile(one, "utf8")),
      readSignatureCsv(await readFile(two, "utf8")),
    ];
    expect(b.geneNames).toEqual(a.geneNames.slice(1));
    // The same cells twice have the same means.
    for (let k = 0; k < 4; k++) {
      expect(b.values.slice(k * 119, (k + 1) * 119)).toEqual(a.values.slice(k * 120 + 1, (k + 1) * 120));
    }
  });

  it("leaves out types that are named or have few cells, and says which there are", async () => {
    const out = join(await temporaryFolder(), "a.zarr");
    const { cell_types } = await succeed(
      "signature",
      stores.reference,
      "--out",
      out,
      "--drop-type",
      "type_1",
    );
    expect(cell_types.map(({ name }: { name: string }) => name)).toEqual(["type_0", "type_2", "type_3"]);
    const again = ["signature", stores.reference, "--out", out];
    expect(await failure(...again)).toMatch(/a signature that flashdeconv wrote.*--overwrite/);
    expect(await failure(...again, "--overwrite", "--drop-type", "none")).toMatch(
      /--drop-type: .*"type_0", "type_1"/,
    );
    expect(await failure(...again, "--overwrite", "--min-cells", "13")).toMatch(
      /--min-cells: .*at least one type/,
    );
    await succeed(...again, "--overwrite", "--min-cells", "12");
    await writeFile(join(out, "mine.txt"), "x");
    expect(await failure(...again, "--overwrite")).toMatch(/did not write, or not all of it/);
  });

  it("replaces a table of its own, and no other file", async () => {
    const out = join(await temporaryFolder(), "a.csv");
    await writeFile(out, "type,a\nA,1\n");
    expect(await failure("signature", stores.reference, "--out", out, "--overwrite")).toMatch(
      /did not write/,
    );
    await writeFile(out, "flashdeconv_cell_type,a\nA,1\n");
    await succeed("signature", stores.reference, "--out", out, "--overwrite");
    expect(await failure("signature", stores.reference, "--out", join(out, "../a.parquet"))).toMatch(
      /--out: .*\.csv or \.zarr/,
    );
    expect(await failure("signature", stores.reference, "--out", stores.reference)).toMatch(/apart from/);
  });
});
