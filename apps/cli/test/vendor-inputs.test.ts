import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { collect } from "@flashdeconv/core";
import { openSpatial, readColumn, readDataframe } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { describe, expect, it } from "vitest";
import { runCli, temporaryFolder } from "./run-cli.js";
import { smallStores } from "./small-stores.js";
import { contentOf } from "./store-content.js";

const stores = smallStores();
const execute = promisify(execFile);
const bin = fileURLToPath(new URL("../bin/flashdeconv.js", import.meta.url));

/** The small section as Space Ranger writes one in Market Exchange, with an antibody and a spot of which nothing was kept. */
async function writeVisium(folder: string, { isPacked = true } = {}): Promise<string> {
  const store = await openStore(stores.spatial);
  const section = await openSpatial(store);
  const { spotCount, indptr, indices, values } = await collect(section.counts);
  const { values: positions } = await section.readCoordinates();
  const lines: string[] = [];
  for (let spot = 0; spot < spotCount; spot++) {
    for (let i = indptr[spot]; i < indptr[spot + 1]; i++)
      lines.push(`${indices[i] + 1} ${spot + 1} ${values[i]}`);
    lines.push(`${section.geneNames.length + 1} ${spot + 1} 500`);
  }
  const matrix = join(folder, "outs", "filtered_feature_bc_matrix");
  const spatial = join(folder, "outs", "spatial");
  await Promise.all([mkdir(matrix, { recursive: true }), mkdir(spatial, { recursive: true })]);
  const write = (name: string, rows: readonly string[]) => {
    const text = rows.map((row) => `${row}\n`).join("");
    return writeFile(join(matrix, isPacked ? `${name}.gz` : name), isPacked ? gzipSync(text) : text);
  };
  const size = `${section.geneNames.length + 1} ${spotCount} ${lines.length}`;
  await write("matrix.mtx", ["%%MatrixMarket matrix coordinate integer general", size, ...lines]);
  const names = await Promise.all(Array.from({ length: spotCount }, (_, spot) => section.readSpotName(spot)));
  await write("barcodes.tsv", names);
  const genes = section.geneNames.map((name) => `ENS_${name}\t${name}\tGene Expression`);
  await write("features.tsv", [...genes, "CD3\tCD3\tAntibody Capture"]);
  const header = "barcode,in_tissue,array_row,array_col,pxl_row_in_fullres,pxl_col_in_fullres";
  const rows = names.map((name, i) => `${name},1,0,${i},${positions[2 * i + 1]},${positions[2 * i]}`);
  await writeFile(
    join(spatial, "tissue_positions.csv"),
    [header, ...rows.reverse(), "lost,0,9,9,1,1", ""].join("\n"),
  );
  await writeFile(join(spatial, "scalefactors_json.json"), JSON.stringify({ spot_diameter_fullres: 130 }));
  await store.close();
  return folder;
}

async function proportionsOf(result: string): Promise<readonly (readonly [string, string])[]> {
  const content = await contentOf(join(result, "obsm", "flashdeconv"));
  return [...content].filter(([name]) => /\/\d[\d.]*$/.test(name));
}

const leftOvers = async (folder: string) =>
  (await readdir(folder)).filter((name) => name.startsWith(".flashdeconv-input-"));

describe("a folder of Visium in Market Exchange", () => {
  it("gives the bits of the Zarr store, with any number of threads, in memory and on scratch, and leaves nothing", async () => {
    const folder = await temporaryFolder();
    const visium = await writeVisium(join(folder, "sample"));
    const expected = join(folder, "expected.zarr");
    // Threads need the built files.
    const run = async (section: string, out: string, ...more: string[]) =>
      execute(process.execPath, [
        bin,
        "run",
        section,
        "--reference",
        stores.reference,
        "--out",
        out,
        "--quiet",
        ...more,
      ]);
    await run(stores.spatial, expected);
    for (const [i, more] of [
      [1, ["--workers", "1"]],
      [2, ["--workers", "2", "--use-scratch", "always"]],
    ] as const) {
      const out = join(folder, `result-${i}.zarr`);
      const found = await run(visium, out, "--scratch", folder, ...more);
      expect(found.stderr).toBe("");
      expect(await proportionsOf(out)).toEqual(await proportionsOf(expected));
      expect(await leftOvers(folder)).toEqual([]);
    }
    expect(await leftOvers(tmpdir())).toEqual([]);
  });

  it("is not changed: --in-place is refused before any work", async () => {
    const folder = await temporaryFolder();
    const visium = await writeVisium(join(folder, "sample"));
    const { code, stderr } = await runCli(["run", visium, "--reference", stores.reference, "--in-place"]);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/--in-place.*a Zarr store, not Visium/),
    });
    expect(await readdir(visium)).toEqual(["outs"]);
  });

  it("is told by inspect for what it is", async () => {
    const folder = await temporaryFolder();
    const visium = await writeVisium(join(folder, "sample"), { isPacked: false });
    const { code, stdout, stderr } = await runCli(["inspect", visium, "--reference", stores.reference]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/sample: Visium, 200 rows x 121 genes/);
    expect(stdout).toMatch(/Coordinates: obsm\/spatial/);
    expect(stderr).toMatch(/1 Antibody Capture. 120 genes remain/);
    const json = JSON.parse((await runCli(["inspect", visium, "--json", "--quiet"])).stdout);
    expect(json).toMatchObject({ input: "Visium", row_count: 200 });
    // The matrix by itself is read with the names that lie beside it.
    const matrix = join(visium, "outs", "filtered_feature_bc_matrix", "matrix.mtx");
    const part = await runCli(["inspect", matrix, "--json", "--quiet"]);
    expect(JSON.parse(part.stdout)).toMatchObject({ input: "a matrix in Market Exchange", row_count: 200 });
  });

  it("becomes a store by convert, with all that it tells, which runs to the same bits", async () => {
    const folder = await temporaryFolder();
    const visium = await writeVisium(join(folder, "sample"));
    const out = join(folder, "section.zarr");
    const { code, stdout } = await runCli(["convert", visium, out]);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringContaining("200 spots x 120 genes, positions in obsm/spatial"),
    });
    const store = await openStore(out);
    const section = await openSpatial(store);
    expect(await section.micrometersPerUnit()).toBe(0.5);
    const ids = await readColumn(store, "var/gene_ids");
    expect(ids).toMatchObject({ kind: "string" });
    expect((await readColumn(store, "obs/array_col")) as { values: Float64Array }).toMatchObject({
      kind: "number",
    });
    await store.close();
    const runs = [stores.spatial, out].map(async (path, i) => {
      const result = join(folder, `r${i}.zarr`);
      await runCli(["run", path, "--reference", stores.reference, "--out", result, "--quiet"]);
      return proportionsOf(result);
    });
    const [expected, found] = await Promise.all(runs);
    expect(found).toEqual(expected);
    expect(found.length).toBeGreaterThan(0);
    const again = await runCli(["convert", visium, out]);
    const kept = /section\.zarr: found a store that flashdeconv converted and that is already there/;
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("makes already") });
    // With a result in it or without, no result takes its place.
    const onto = ["run", stores.spatial, "--reference", stores.reference, "--out", out, "--overwrite"];
    expect(await runCli(onto)).toMatchObject({ code: 2, stderr: expect.stringMatching(kept) });
    expect((await runCli(["run", out, "--reference", stores.reference, "--in-place"])).code).toBe(0);
    expect(await runCli(onto)).toMatchObject({ code: 2, stderr: expect.stringMatching(kept) });
    expect(await runCli(["convert", visium, visium])).toMatchObject({ code: 2 });
    expect(await readdir(join(visium, "outs"))).toHaveLength(2);
  });

  it.each([
    [
      "a truncated matrix",
      "outs/filtered_feature_bc_matrix/matrix.mtx.gz",
      (bytes: Buffer) => bytes.subarray(0, 900),
      /matrix\.mtx\.gz: found a file that cannot be unpacked/,
    ],
    [
      "no barcodes",
      "outs/filtered_feature_bc_matrix/barcodes.tsv.gz",
      undefined,
      /matrix\.mtx\.gz without barcodes\.tsv/,
    ],
    [
      "barcodes of another run",
      "outs/filtered_feature_bc_matrix/barcodes.tsv.gz",
      () => gzipSync("a\nb\n"),
      /121 x 200 for 121 features and 2 barcodes/,
    ],
    [
      "positions of another run",
      "outs/spatial/tissue_positions.csv",
      () => "a,1,0,0,1,1\n",
      /no position for 200 of 200 spots/,
    ],
    ["no positions", "outs/spatial/tissue_positions.csv", undefined, /no tissue_positions/],
  ])("with %s is refused, naming the file, and nothing is left", async (_, name, change, message) => {
    const folder = await temporaryFolder();
    const visium = await writeVisium(join(folder, "sample"));
    const path = join(visium, name);
    if (change) await writeFile(path, change(await readFile(path)));
    else await rm(path);
    const out = join(folder, "result.zarr");
    const args = [
      "run",
      visium,
      "--reference",
      stores.reference,
      "--out",
      out,
      "--scratch",
      folder,
      "--quiet",
    ];
    const { code, stderr } = await runCli(args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
    expect(await readdir(folder)).toEqual(["sample"]);
  });
});

it("--bin is refused where there are no bins", async () => {
  const { code, stderr } = await runCli(["inspect", stores.spatial, "--bin", "8um"]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/--bin.*Visium HD/) });
});

describe("a GEM file of Stereo-seq", () => {
  it("runs by bins, as the store that convert makes of it, and says what it is", async () => {
    const folder = await temporaryFolder();
    const store = await openStore(stores.spatial);
    const section = await openSpatial(store);
    const { indptr, indices, values, spotCount } = await collect(section.counts);
    await store.close();
    const lines = ["#FileFormat=GEMv0.1", "geneID\tx\ty\tMIDCount"];
    for (let spot = 0; spot < spotCount; spot++) {
      for (let i = indptr[spot]; i < indptr[spot + 1]; i++) {
        const place = `${20 * (spot % 20) + (i % 20)}\t${20 * Math.floor(spot / 20) + (i % 7)}`;
        lines.push(`${section.geneNames[indices[i]]}\t${place}\t${values[i]}`);
      }
    }
    const gem = join(folder, "section.gem.gz");
    await writeFile(gem, gzipSync(`${lines.join("\n")}\n`));
    const converted = join(folder, "section.zarr");
    expect((await runCli(["convert", gem, converted, "--bin", "20"])).stdout).toMatch(
      /200 spots x 120 genes/,
    );
    const results: unknown[] = [];
    for (const [input, ...more] of [[gem, "--bin", "20"], [converted]]) {
      const out = join(folder, `r${results.length}.zarr`);
      const args = [
        "run",
        input,
        "--reference",
        stores.reference,
        "--out",
        out,
        "--quiet",
        "--scratch",
        folder,
      ];
      expect(await runCli([...args, ...more])).toMatchObject({ code: 0, stderr: "" });
      results.push(await proportionsOf(out));
    }
    expect(results[0]).toEqual(results[1]);
    expect((await runCli(["inspect", gem, "--quiet"])).stdout).toMatch(
      /Stereo-seq, bins of 50 x 50 places, 3\d rows/,
    );
    for (const bin of ["0", "-1", "2um", "1e3"]) {
      const { code, stderr } = await runCli(["inspect", gem, "--bin", bin]);
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/--bin.*whole number of places/),
      });
    }
    expect((await readdir(folder)).sort()).toEqual(["r0.zarr", "r1.zarr", "section.gem.gz", "section.zarr"]);
  });
});

it("a raw matrix in place of a filtered one is told, with its spots outside of the tissue", async () => {
  const results = await temporaryFolder();
  const folder = await writeVisium(await temporaryFolder());
  const outs = join(folder, "outs");
  await rename(join(outs, "filtered_feature_bc_matrix"), join(outs, "raw_feature_bc_matrix"));
  const positions = join(outs, "spatial", "tissue_positions.csv");
  const rows = (await readFile(positions, "utf8")).split("\n");
  await writeFile(positions, rows.map((row, i) => (i < 3 ? row.replace(",1,", ",0,") : row)).join("\n"));
  const told = /No filtered matrix is there: the raw one was taken, of which 2 spots of \d+ lie outside/;
  const run = ["run", folder, "--reference", stores.reference, "--out", join(results, "out.zarr"), "--json"];
  const ran = await runCli(run);
  expect(ran.stderr).toMatch(told);
  expect(JSON.parse(ran.stdout).notices).toContainEqual({
    code: "raw-matrix",
    message: expect.stringMatching(told),
  });
  const converted = await runCli(["convert", folder, join(results, "copy.zarr")]);
  expect({ ...converted, stderr: told.test(converted.stderr) }).toMatchObject({ code: 0, stderr: true });
});

describe("--labels", () => {
  /** The small reference's labels as a table. */
  async function writeLabels(
    path: string,
    change: (rows: string[]) => string[] = (rows) => rows,
  ): Promise<string> {
    const store = await openStore(stores.reference);
    const { rowNames, columns } = await readDataframe(store, "obs");
    const types = columns.get("cell_type") as { codes: Int32Array; categories: readonly string[] };
    const rows = rowNames.map((name, i) => `${name},${types.categories[types.codes[i]]}`);
    await writeFile(path, change(rows.reverse()).join("\n"));
    await store.close();
    return path;
  }
  const run = (labels: string, out: string, ...more: string[]) =>
    runCli([
      "run",
      stores.spatial,
      "--reference",
      stores.reference,
      "--labels",
      labels,
      "--out",
      out,
      ...more,
    ]);

  it("stand for a column of obs, with a header or without, to the same bits", async () => {
    const folder = await temporaryFolder();
    const expected = join(folder, "expected.zarr");
    await runCli(["run", stores.spatial, "--reference", stores.reference, "--out", expected, "--quiet"]);
    const plain = await writeLabels(join(folder, "plain.csv"));
    const headed = await writeLabels(join(folder, "headed.csv"), (rows) => ["barcode,type", ...rows]);
    const wide = await writeLabels(join(folder, "wide.tsv"), (rows) => [
      "cell\tbatch\tmine",
      ...rows.map((row) => row.replace(",", "\tone\t")),
    ]);
    const quoted = (row: string) => `"${row.replace(",", '","')}"`;
    const ways = {
      semicolons: (rows: string[]) => ["\ufeffcell;type", ...rows.map((row) => `${row.replace(",", ";")}\r`)],
      "R's names of rows": (rows: string[]) => ['"type"', ...rows.map(quoted)],
      "R's names of rows, by tabs": (rows: string[]) => [
        "type",
        ...rows.map((row) => row.replace(",", "\t")),
      ],
      "an empty header": (rows: string[]) => ['"","type"', ...rows.map(quoted)],
      "numbers of rows": (rows: string[]) => [
        '"","barcode","type"',
        ...rows.map((row, i) => `${i},${quoted(row)}`),
      ],
    };
    const others = Object.entries(ways).map(async ([name, change]) => [
      await writeLabels(join(folder, `${name}.csv`), change),
    ]);
    const all = [[plain], [headed], [wide, "--cell-type-key", "mine"], ...(await Promise.all(others))];
    for (const [i, [labels, ...more]] of all.entries()) {
      const out = join(folder, `r${i}.zarr`);
      expect(await run(labels, out, "--quiet", ...more)).toMatchObject({ code: 0, stderr: "" });
      expect(await proportionsOf(out)).toEqual(await proportionsOf(expected));
    }
  });

  it("say how many cells they leave out, and which labels are of no cell", async () => {
    const folder = await temporaryFolder();
    const labels = await writeLabels(join(folder, "some.csv"), (rows) => [
      ...rows.slice(2),
      "stranger,type_0",
    ]);
    const { code, stderr } = await run(labels, join(folder, "out.zarr"));
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /Reference: Labels: 2 cells of \d+ without one, left out; 1 label of cells that are not there/,
    );
  });

  it("that are missing or repeated are told", async () => {
    const folder = await temporaryFolder();
    const labels = await writeLabels(join(folder, "some.csv"), (rows) => [
      ...rows.map((row, i) => (i < 3 ? row.replace(/,.*/, i < 2 ? ",NA" : ",") : row)),
      rows[5],
    ]);
    const { code, stderr } = await run(labels, join(folder, "out.zarr"));
    expect(code).toBe(0);
    expect(stderr).toMatch(/Reference: Labels: 3 cells of \d+ without one, left out/);
    expect(stderr).toMatch(/Labels: 2 NA, 1 empty are no type: those cells have none\./);
    expect(stderr).toMatch(/Labels: 1 row repeat a cell, with the same type\./);
  });

  it.each([
    ["of other cells", () => ["a,b", "c,d"], /labels of other cells: "a"/],
    ["that contradict each other", (rows: string[]) => [...rows, `${rows[0]}x`], /the cell ".*" as/],
    ["without types", () => ["a", "b"], /no comma, tab or semicolon/],
    ["without a row", () => ["barcode,type"], /no label/],
    ["that are all missing", () => ["barcode,type", "a,", "b,NA"], /no label but 1 empty, 1 NA/],
    ["whose rows differ", (rows: string[]) => [...rows, "a"], /row \d+ has 1 cell, those before it 2/],
    ["cut in two ways", () => ["a;b,c", "d;e,f"], /commas and semicolons in the first rows/],
  ])("%s are refused", async (_, change, message) => {
    const folder = await temporaryFolder();
    const labels = await writeLabels(join(folder, "labels.csv"), change);
    const { code, stderr } = await run(labels, join(folder, "out.zarr"), "--quiet");
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
  });
});
