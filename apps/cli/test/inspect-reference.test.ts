import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tinyAnnData, writeMatrix } from "../../../packages/io-zarr/test/read-tiny-anndata.js";
import { TinyZarr } from "../../../packages/io-zarr/test/read-tiny-zarr.js";
import { addColumn, putInto } from "./gene-columns.js";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores, writeCells, writeSection } from "./small-stores.js";

const stores = smallStores();
const LOGGED = {
  counts: <C extends { values: Float32Array | Float64Array }>(counts: C) => ({
    ...counts,
    values: counts.values.map(Math.log1p),
  }),
};

/** Adds a layer of counts, a small one per row, to a store of the small sizes. */
async function addLayer(store: string, name: string, rowCount: number): Promise<string> {
  const zarr = new TinyZarr(2);
  zarr.group("layers", { "encoding-type": "dict", "encoding-version": "0.1.0" });
  const rows = Array.from({ length: rowCount }, (_, i) => Array.from({ length: 120 }, (_, j) => (i + j) % 5));
  writeMatrix(zarr, `layers/${name}`, rows, {});
  await putInto(store, zarr);
  return store;
}

async function withoutX(store: string): Promise<string> {
  await rename(join(store, "X"), join(store, "layers", "moved"));
  return store;
}

async function inspect(...args: string[]) {
  const text = await runCli(["inspect", ...args]);
  expect(text.code, text.stderr).toBe(0);
  return { text: text.stdout, json: JSON.parse((await runCli(["inspect", ...args, "--json"])).stdout) };
}

describe("inspect on layers", () => {
  it("lists those of both sides, what they hold, and which option takes raw counts", async () => {
    const folder = await temporaryFolder();
    const section = await addLayer(await writeSection(join(folder, "section"), LOGGED), "counts", 200);
    const cells = await addLayer(await writeCells(join(folder, "cells"), LOGGED), "raw_counts", 48);
    const { text, json } = await inspect(section, "--reference", cells);
    expect(text).toMatch(/^ {2}X .* logged or scaled$/m);
    expect(text).toMatch(/^ {2}layers\/counts .* counts$/m);
    expect(text).toMatch(/^X holds no raw counts; raw counts are in --layer counts$/m);
    expect(text).toMatch(/^X holds no raw counts; raw counts are in --reference-layer raw_counts$/m);
    expect(json).toMatchObject({ missing_x: false, count_layers: ["counts"] });
    expect(json.matrices.map(({ path, verdict }: Record<string, string>) => [path, verdict])).toEqual([
      ["X", "logged or scaled"],
      ["layers/counts", "counts"],
    ]);
    expect(json.reference_matrices).toMatchObject({ missing_x: false, count_layers: ["raw_counts"] });
  });

  it("says that X is missing, on either side", async () => {
    const folder = await temporaryFolder();
    const section = await withoutX(
      await addLayer(await writeSection(join(folder, "section")), "counts", 200),
    );
    const cells = await withoutX(await addLayer(await writeCells(join(folder, "cells")), "counts", 48));
    const { text, json } = await inspect(section, "--reference", cells);
    expect(text).toMatch(/^X is missing; raw counts are in --layer counts or --layer moved$/m);
    expect(text).toMatch(
      /^X is missing; raw counts are in --reference-layer counts or --reference-layer moved$/m,
    );
    expect(json).toMatchObject({ missing_x: true, reference_matrices: { missing_x: true } });
    const named = await inspect(
      section,
      "--layer",
      "counts",
      "--reference",
      cells,
      "--reference-layer",
      "counts",
    );
    expect(named.json.reference.shared_gene_count).toBe(120);
  });
});

describe("a run on logged counts", () => {
  it("is refused with the layer that holds raw counts, on either side", async () => {
    const folder = await temporaryFolder();
    const section = await addLayer(await writeSection(join(folder, "section"), LOGGED), "counts", 200);
    const cells = await addLayer(await writeCells(join(folder, "cells"), LOGGED), "raw_counts", 48);
    const run = (...args: string[]) => runCli(["run", ...args, "--out", join(folder, "out")]);
    expect(await run(section, "--reference", stores.reference)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/Raw counts are in "counts": take them with --layer counts/),
    });
    expect(await run(stores.spatial, "--reference", cells)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /Raw counts are in "raw_counts": take them with --reference-layer raw_counts/,
      ),
    });
  });
});

/** Cells whose types are called as given, in turn. */
async function cellsWith(names: readonly string[]): Promise<string> {
  return writeCells(join(await temporaryFolder(), "cells"), {
    contents: (contents) => ({
      ...contents,
      obs: [
        {
          kind: "categorical",
          name: "cell_type",
          codes: Int32Array.from({ length: 48 }, (_, i) => i % names.length),
          categories: names,
        },
      ],
    }),
  });
}

describe("inspect on types", () => {
  it("tells names that differ only by case or blanks, and types with few cells", async () => {
    const { text } = await inspect(
      stores.spatial,
      "--reference",
      await cellsWith(["T cell", "T Cell ", "B"]),
    );
    expect(text).toMatch(
      /^ {2}T cell +16 +differs only by case or blanks from "T Cell "; fewer than 25 cells/m,
    );
    expect(text).toMatch(/^ {2}B +16 +fewer than 25 cells/m);
  });

  it.each([
    ["ref-silent", /^ {2}B +\d+ .*no count in the shared genes/m],
    ["ref-twins", /^ {2}A +\d+ .*cannot be told apart from "B": merge them/m],
  ])("tells what %s has", async (name, remark) => {
    const folder = await temporaryFolder();
    const profiles =
      name === "ref-silent"
        ? [
            [9, 1, 0, 0],
            [0, 0, 0, 0],
            [0, 0, 1, 9],
          ]
        : [
            [9, 1, 0, 0],
            [9, 1, 0, 0],
            [0, 0, 1, 9],
          ];
    const rows = Array.from({ length: 90 }, (_, i) => profiles[i % 3]);
    const labels = rows.map((_, i) => "ABC"[i % 3]);
    await putInto(join(folder, "cells"), tinyAnnData(rows, { labels }));
    await putInto(join(folder, "section"), tinyAnnData(rows));
    const { text, json } = await inspect(join(folder, "section"), "--reference", join(folder, "cells"));
    expect(text).toMatch(remark);
    expect(text).toMatch(/^ {2}C +30$/m);
    expect(json.reference.cell_types).toHaveLength(3);
  });
});

describe("a label column", () => {
  const CELLS = 48;
  it.each<[string, readonly number[] | readonly string[], RegExp | undefined]>([
    ["leiden", Array.from({ length: CELLS }, (_, i) => i % 4), undefined],
    ["batch", Array.from({ length: CELLS }, (_, i) => 100 + 50 * (i % 3)), undefined],
    [
      "score",
      Array.from({ length: CELLS }, (_, i) => i / 7),
      /measurements; this column holds numbers \(48 labels for 48 cells\)/,
    ],
    [
      "n_genes",
      Array.from({ length: CELLS }, (_, i) => 500 + 37 * (i % 20)),
      /measurements; this column holds numbers/,
    ],
    [
      "barcode",
      Array.from({ length: CELLS }, (_, i) => `cell-${i}`),
      /labels that several cells share; this column has 48 labels for 48 cells/,
    ],
  ])("%s is judged by its values, with a hint at a better one", async (name, values, refusal) => {
    const folder = await temporaryFolder();
    const cells = await writeCells(join(folder, "cells"));
    await addColumn(cells, "obs", name, values);
    expect(JSON.parse(await readFile(join(cells, "obs", ".zattrs"), "utf8"))["column-order"]).toContain(name);
    const out = join(folder, "out");
    const { code, stderr } = await runCli([
      "run",
      stores.spatial,
      "--reference",
      cells,
      "--cell-type-key",
      name,
      "--out",
      out,
    ]);
    expect(code, stderr).toBe(refusal ? 2 : 0);
    if (!refusal) return;
    expect(stderr).toMatch(refusal);
    expect(stderr).toContain("perhaps cell_type (4 labels)");
  });

  it("that is not there is refused with the same hint", async () => {
    const { code, stderr } = await runCli([
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--cell-type-key",
      "typo",
      "--out",
      join(await temporaryFolder(), "out"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/a column of obs: cell_type.*perhaps cell_type \(4 labels\)/);
  });
});
