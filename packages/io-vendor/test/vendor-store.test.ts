import { gzipSync } from "node:zlib";
import { checkSource } from "@flashdeconv/core/testing";
import { findInFolder, isVendorMatrix, vendorStore } from "@flashdeconv/io-vendor";
import { openSpatial, readColumn } from "@flashdeconv/io-zarr";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { strings } from "../../io-zarr/test/read-tiny-anndata.js";
import { TinyZarr } from "../../io-zarr/test/read-tiny-zarr.js";
import { folderOf, GENES, ROWS, SPOTS, tenx } from "./tiny-tenx.js";

async function rowsOf(section: Awaited<ReturnType<typeof openSpatial>>): Promise<number[][]> {
  const rows: number[][] = [];
  for await (const { spotCount, width, indptr, indices, values } of section.counts.chunks()) {
    for (let row = 0; row < spotCount; row++) {
      const full = new Array(width).fill(0);
      for (let i = indptr[row]; i < indptr[row + 1]; i++) full[indices[i]] = values[i];
      rows.push(full);
    }
  }
  return rows;
}

const names = (section: Awaited<ReturnType<typeof openSpatial>>) =>
  Promise.all(SPOTS.map((_, i) => section.readSpotName(i)));

describe("a matrix of 10x's software", () => {
  it("is an AnnData store of its genes, without its antibodies", async () => {
    const file = tenx();
    expect(await isVendorMatrix(file)).toBe(true);
    const section = await openSpatial(await vendorStore(file));
    expect(section.geneNames).toEqual(GENES);
    expect(await names(section)).toEqual(SPOTS);
    expect(await rowsOf(section)).toEqual(ROWS.map((row) => row.slice(0, 3)));
    await checkSource(section.counts);
    await expect(section.readCoordinates()).rejects.toMatchObject({ tag: "CoordinateError" });
    const byId = await openSpatial(await vendorStore(file), { geneKey: "gene_ids" });
    expect(byId.geneNames).toEqual(GENES.map((name) => `ENS-${name}`));
  });

  it("of Cell Ranger 2 is one too, if it has one genome", async () => {
    const file = tenx({ isOld: true });
    const section = await openSpatial(await vendorStore(file));
    expect(section.geneNames).toEqual([...GENES, "CD3"]);
    expect(await rowsOf(section)).toEqual(ROWS);
    for (const [key, bytes] of tenx({ isOld: true }).files) {
      if (key.startsWith("mm10/")) file.files.set(key.replace("mm10/", "hg19/"), bytes);
    }
    await expect(isVendorMatrix(file)).rejects.toMatchObject({
      tag: "FormatError",
      found: "matrices of 2 genomes (mm10, hg19)",
    });
  });

  it("of probes is refused, with the file to give", async () => {
    const file = tenx();
    strings(file, "matrix/features/filtered_probes", ["a"]);
    await expect(isVendorMatrix(file)).rejects.toMatchObject({
      tag: "FormatError",
      found: "counts of probes",
      remedy: expect.stringContaining("filtered_feature_bc_matrix.h5"),
    });
  });

  it("is not what only looks like one", async () => {
    const other = new TinyZarr(2);
    other.group("");
    other.group("matrix");
    expect(await isVendorMatrix(other)).toBe(false);
    await expect(vendorStore(other)).rejects.toMatchObject({ tag: "FormatError" });
  });
});

const HEADER = "barcode,in_tissue,array_row,array_col,pxl_row_in_fullres,pxl_col_in_fullres";
/** In another order than the matrix, with a spot beside it. */
const LINES = ["GGG-1,1,2,4,300,30", "TTT-1,0,9,9,900,90", "AAA-1,1,0,0,100,10", "CCC-1,0,1,1,200,20"];
const SCALE = JSON.stringify({ spot_diameter_fullres: 130, tissue_hires_scalef: 0.1 });

async function openFolder(files: Record<string, string | Uint8Array>, matrix: TinyZarr, bin?: string) {
  const folder = folderOf(files);
  const input = await findInFolder(folder, { bin });
  if (!input) throw new Error("nothing found");
  return { input, section: await openSpatial(await vendorStore(matrix, { files: folder, input })) };
}

describe("a folder of Visium", () => {
  it.each([
    ["Space Ranger 1", "filtered_feature_bc_matrix.h5", "spatial/tissue_positions_list.csv", LINES],
    ["Space Ranger 2", "filtered_feature_bc_matrix.h5", "spatial/tissue_positions.csv", [HEADER, ...LINES]],
    [
      "a list with a header",
      "filtered_feature_bc_matrix.h5",
      "spatial/tissue_positions_list.csv",
      [HEADER, ...LINES],
    ],
    [
      "names with a prefix",
      "s1_filtered_feature_bc_matrix.h5",
      "spatial/s1_tissue_positions.csv",
      [HEADER, ...LINES],
    ],
    ["all in one folder", "s1_filtered_feature_bc_matrix.h5", "s1_tissue_positions_list.csv", LINES],
    [
      "its run folder",
      "outs/filtered_feature_bc_matrix.h5",
      "outs/spatial/tissue_positions.csv",
      [HEADER, ...LINES],
    ],
  ])("of %s gives positions by name, and the scale", async (_, matrix, positions, lines) => {
    const scale = positions.replace(/[^/]+$/, "scalefactors_json.json");
    const files = { [matrix]: "", [positions]: `${lines.join("\n")}\n`, [scale]: SCALE };
    const { input, section } = await openFolder(files, tenx());
    expect(input).toEqual({ called: "Visium", layout: "visium", matrix, positions, scale });
    expect([...(await section.readCoordinates()).values]).toEqual([10, 100, 20, 200, 30, 300]);
    expect(await section.micrometersPerUnit()).toBe(0.5);
    const store = await vendorStore(tenx(), { files: folderOf(files), input });
    expect(await readColumn(store, "obs/in_tissue")).toMatchObject({ values: Float64Array.of(1, 0, 1) });
    const grid = await openSpatial(store, {
      spatialColumns: ["array_col", "array_row"],
    });
    expect([...(await grid.readCoordinates()).values]).toEqual([0, 0, 1, 1, 4, 2]);
  });

  it.each([
    ["a spot without a position", LINES.slice(1), "no position for 1 of 3 spots, the first GGG-1"],
    ["a name twice", [...LINES, LINES[0]], "1 name listed twice, the first GGG-1"],
    [
      "a position that is not a number",
      ["AAA-1,1,0,0,,10", ...LINES.slice(0, 2), LINES[3]],
      '"" as pxl_row_in_fullres in row 1',
    ],
    ["other columns", ["a,b", "1,2"], "the columns a, b"],
    ["nothing", [], "an empty file"],
  ])("with %s is refused", async (_, lines, found) => {
    const files = {
      "filtered_feature_bc_matrix.h5": "",
      "spatial/tissue_positions_list.csv": lines.join("\n"),
    };
    const { section } = await openFolder(files, tenx());
    await expect(section.readCoordinates()).rejects.toMatchObject({
      tag: "FormatError",
      path: expect.stringContaining("tissue_positions_list.csv"),
      found: expect.stringContaining(found),
    });
  });

  it("with two spots of one name is refused: both would lie where one of them does", async () => {
    const files = {
      "filtered_feature_bc_matrix.h5": "",
      "spatial/tissue_positions.csv": [HEADER, ...LINES].join("\n"),
    };
    const { section } = await openFolder(files, tenx({ spots: ["AAA-1", "CCC-1", "AAA-1"] }));
    await expect(section.readCoordinates()).rejects.toMatchObject({
      tag: "FormatError",
      found: 'two spots of the matrix called "AAA-1"',
    });
  });

  it("without positions, or with two matrices, says what is missing", async () => {
    const alone = folderOf({ "filtered_feature_bc_matrix.h5": "", "spatial/image.png": "" });
    await expect(findInFolder(alone)).rejects.toMatchObject({ found: "no tissue_positions" });
    const places = folderOf({ "spatial/tissue_positions.csv": "", "notes.txt": "" });
    await expect(findInFolder(places)).rejects.toMatchObject({
      found: "positions in spatial, and no matrix",
      expected: expect.stringContaining("filtered_feature_bc_matrix.h5"),
    });
    const two = folderOf({ "a_filtered_feature_bc_matrix.h5": "", "b_filtered_feature_bc_matrix.h5": "" });
    await expect(findInFolder(two)).rejects.toMatchObject({
      found: "a_filtered_feature_bc_matrix.h5 and b_filtered_feature_bc_matrix.h5",
    });
    expect(await findInFolder(folderOf({ "notes.txt": "" }))).toBeUndefined();
    const cells = folderOf({ "outs/filtered_feature_bc_matrix.h5": "" });
    expect(await findInFolder(cells)).toMatchObject({ layout: "cells", positions: undefined });
    const mex = ["matrix.mtx.gz", "barcodes.tsv.gz", "features.tsv.gz"];
    const inner = Object.fromEntries(mex.map((name) => [`outs/filtered_feature_bc_matrix/${name}`, ""]));
    expect(await findInFolder(folderOf({ ...inner, "outs/spatial/tissue_positions.csv": "" }))).toMatchObject(
      {
        layout: "visium",
        positions: "outs/spatial/tissue_positions.csv",
        mex: { matrix: "outs/filtered_feature_bc_matrix/matrix.mtx.gz" },
      },
    );
  });
});

/** Four bins; the third is not a spot of the matrix. */
function binPositions(): Uint8Array {
  return new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        {
          name: "barcode",
          data: ["s_008um_00000_00001-1", "s_008um_00002_00000-1", "x", "s_008um_00001_00001-1"],
        },
        { name: "in_tissue", data: new Int32Array([1, 1, 0, 1]) },
        { name: "array_row", data: new Int32Array([0, 2, 2, 1]) },
        { name: "array_col", data: new Int32Array([1, 0, 9, 1]) },
        { name: "pxl_row_in_fullres", data: new Float64Array([10.5, 12.5, 99, 11.5]) },
        { name: "pxl_col_in_fullres", data: new Float64Array([1.25, 2.25, 99, 3.25]) },
      ],
    }),
  );
}

describe("a folder of Cell Ranger 2", () => {
  const genome = (name: string) =>
    Object.fromEntries(
      ["matrix.mtx", "barcodes.tsv", "genes.tsv"].map((file) => [
        `filtered_gene_bc_matrices/${name}/${file}`,
        "",
      ]),
    );

  it("is known by its file, or by its folder of one genome", async () => {
    expect(await findInFolder(folderOf({ "filtered_gene_bc_matrices_h5.h5": "" }))).toMatchObject({
      called: "a run of Cell Ranger",
      matrix: "filtered_gene_bc_matrices_h5.h5",
    });
    const { mex } = (await findInFolder(folderOf(genome("hg19")))) ?? {};
    expect(mex?.features).toBe("filtered_gene_bc_matrices/hg19/genes.tsv");
  });

  it("of several genomes is refused, with their names", async () => {
    await expect(findInFolder(folderOf({ ...genome("hg19"), ...genome("mm10") }))).rejects.toMatchObject({
      tag: "FormatError",
      found: expect.stringMatching(/hg19 and .*mm10/),
    });
  });
});

const BINS = ["s_008um_00001_00001-1", "s_008um_00000_00001-1", "s_008um_00002_00000-1"];

describe("a folder of Visium HD", () => {
  const files = (...sizes: string[]) =>
    Object.fromEntries(
      sizes.flatMap((size) => {
        const folder = `binned_outputs/square_${size}um`;
        return [
          [`${folder}/filtered_feature_bc_matrix.h5`, ""],
          [`${folder}/spatial/tissue_positions.parquet`, binPositions()],
          [
            `${folder}/spatial/scalefactors_json.json`,
            JSON.stringify({ microns_per_pixel: 0.25, bin_size_um: 8 }),
          ],
        ] as const;
      }),
    );

  it("opens 8 um bins, with positions by row and column", async () => {
    const { input, section } = await openFolder(files("002", "008", "016"), tenx({ spots: BINS }));
    expect(input.called).toBe("Visium HD, bins of 8um");
    expect([...(await section.readCoordinates()).values]).toEqual([3.25, 11.5, 1.25, 10.5, 2.25, 12.5]);
    expect(await section.micrometersPerUnit()).toBe(0.25);
  });

  it("opens the bins that are asked for, and names those there are", async () => {
    const { input } = await openFolder(files("002", "016"), tenx({ spots: BINS }), "2um");
    expect(input.matrix).toBe("binned_outputs/square_002um/filtered_feature_bc_matrix.h5");
    expect(await findInFolder(folderOf(files("002", "016")))).toMatchObject({
      called: "Visium HD, bins of 8um pooled from 2um",
      pool: { from: 2, to: 8 },
    });
    await expect(findInFolder(folderOf(files("016")))).rejects.toMatchObject({
      tag: "OptionError",
      option: "bin",
      value: "8um",
      rule: "one of the bins in binned_outputs (16um), or a multiple of one",
    });
    const visium = folderOf({ "filtered_feature_bc_matrix.h5": "", "spatial/tissue_positions.csv": "" });
    await expect(findInFolder(visium, { bin: "8um" })).rejects.toMatchObject({ option: "bin" });
  });

  it("is known by binned_outputs itself too", async () => {
    const all = Object.entries(files("002", "008")).map(([path, content]) => [
      path.replace("binned_outputs/", ""),
      content,
    ]);
    expect(await findInFolder(folderOf(Object.fromEntries(all)))).toMatchObject({
      called: "Visium HD, bins of 8um",
      matrix: "square_008um/filtered_feature_bc_matrix.h5",
      positions: "square_008um/spatial/tissue_positions.parquet",
    });
  });

  it("refuses bins without a position, and names that are none of bins", async () => {
    const lost = [...BINS.slice(0, 2), "s_008um_00007_00007-1"];
    const { section } = await openFolder(files("008"), tenx({ spots: lost }));
    await expect(section.readCoordinates()).rejects.toMatchObject({ found: "no position for 1 of 3 bins" });
    const { section: mixed } = await openFolder(
      files("008"),
      tenx({ spots: [...BINS.slice(0, 2), "AAA-1"] }),
    );
    await expect(mixed.readCoordinates()).rejects.toMatchObject({
      tag: "FormatError",
      found: 'the name "AAA-1" among names of bins',
    });
  });
});

describe("two that could be meant are refused by name", () => {
  const visium = {
    "filtered_feature_bc_matrix.h5": "",
    "spatial/tissue_positions.csv": [HEADER, ...LINES].join("\n"),
  };

  it("instruments", async () => {
    const both = folderOf({ ...visium, "cell_feature_matrix.h5": "", "cells.csv.gz": "" });
    await expect(findInFolder(both)).rejects.toMatchObject({
      tag: "FormatError",
      found: "cell_feature_matrix.h5 and filtered_feature_bc_matrix.h5",
    });
  });

  it("tables of positions, unless they say the same", async () => {
    const withList = (lines: readonly string[]) =>
      findInFolder(folderOf({ ...visium, "spatial/tissue_positions_list.csv": `${lines.join("\r\n")}\r\n` }));
    expect(await withList(LINES)).toMatchObject({ positions: "spatial/tissue_positions.csv" });
    await expect(withList([...LINES].reverse())).rejects.toMatchObject({
      tag: "FormatError",
      found: "spatial/tissue_positions.csv and spatial/tissue_positions_list.csv",
    });
  });
});

describe("a folder of Xenium", () => {
  const cells = "cell_id,x_centroid,y_centroid\nCCC-1,2,20\nAAA-1,1.5,10\nGGG-1,3,30\n";

  it.each([
    ["cells.csv.gz", new Uint8Array(gzipSync(cells))],
    ["cells.csv", new TextEncoder().encode(cells)],
    [
      "cells.parquet",
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [
            { name: "cell_id", data: ["CCC-1", "AAA-1", "GGG-1"] },
            { name: "x_centroid", data: new Float64Array([2, 1.5, 3]) },
            { name: "y_centroid", data: new Float64Array([20, 10, 30]) },
          ],
        }),
      ),
    ],
  ])("gives the centroids of %s", async (name, bytes) => {
    const files = { "experiment.xenium": "{}", "cell_feature_matrix.h5": "", [name]: bytes };
    const { input, section } = await openFolder(files, tenx());
    expect(input.called).toBe("Xenium");
    expect([...(await section.readCoordinates()).values]).toEqual([1.5, 10, 2, 20, 3, 30]);
  });

  it("reads its Zarr, which lies by gene, with names of cells made of two numbers", async () => {
    const zarr = new TinyZarr(2);
    zarr.group("");
    zarr.group("cell_features", {
      number_cells: 3,
      number_features: 4,
      feature_keys: [...GENES, "NegControl"],
      feature_ids: ["a", "b", "c", "d"],
      feature_types: ["gene", "gene", "gene", "negative_control_probe"],
    });
    const entries = [0, 1, 2, 3].map((j) =>
      ROWS.flatMap((row, i) => (row[j] === 0 ? [] : [[i, row[j]] as const])),
    );
    const flat = entries.flat();
    const indptr = [0];
    for (const list of entries) indptr.push(indptr[indptr.length - 1] + list.length);
    const array = (name: string, values: number[]) =>
      zarr.array(`cell_features/${name}`, { type: "uint32", shape: [values.length], values });
    array(
      "data",
      flat.map(([, value]) => value),
    );
    array(
      "indices",
      flat.map(([i]) => i),
    );
    array("indptr", indptr);
    zarr.array("cell_features/cell_id", {
      type: "uint32",
      shape: [3, 2],
      values: [0, 1, 255, 2, 0xffffffff, 1],
    });
    const files = {
      "experiment.xenium": "{}",
      "cell_feature_matrix.zarr.zip": "",
      "cells.csv": "cell_id,x_centroid,y_centroid\naaaaaapp-2,2,20\naaaaaaaa-1,1,10\npppppppp-1,3,30\n",
    };
    const { section } = await openFolder(files, zarr);
    expect(await names(section)).toEqual(["aaaaaaaa-1", "aaaaaapp-2", "pppppppp-1"]);
    expect(section.geneNames).toEqual(GENES);
    expect(await rowsOf(section)).toEqual(ROWS.map((row) => row.slice(0, 3)));
    expect([...(await section.readCoordinates()).values]).toEqual([1, 10, 2, 20, 3, 30]);
  });
});
