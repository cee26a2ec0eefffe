import { gzipSync } from "node:zlib";
import { gefOfBins, gefOfCells } from "../../../../packages/io-vendor/test/gef-files.js";
import { TinyZarr } from "../../../../packages/io-zarr/test/read-tiny-zarr.js";
import { cells, coordinates, labels, spots } from "../damaged/base-stores.js";
import { zipOf } from "../damaged/damage-zip.js";
import { hdBins, hdCells } from "./write-hd.js";
import { type Files, mexFiles, parquetOf, tenxH5, textBytes } from "./write-tenx.js";

/** A vendor's folder or file, and how a command is given it. */
export interface BaseFolder {
  readonly role: "section" | "reference";
  /** What is given of the folder: it itself, or a file of it. */
  readonly given: string;
  readonly flags: readonly string[];
  files(changes?: Changes): Promise<Files>;
}

/** What may be wrong with what the files say, though they are sound. */
export interface Changes {
  readonly names?: (names: readonly string[]) => string[];
  readonly places?: (places: readonly (readonly [number, number])[]) => (readonly [number, number])[];
  /** Whether there are antibodies alone. */
  readonly noGenes?: boolean;
}

const genes = spots[0].map((_, gene) => `gene-${gene}`);
const BARCODES = spots.map((_, i) => `${"ACGT"[i % 4]}${"ACGT"[(i >> 2) % 4]}${"ACGT"[(i >> 4) % 4]}AAAA-1`);
const GRID = coordinates.map(([x, y]) => [y, x] as const);

const rowsOf = (dense: readonly (readonly number[])[]) =>
  dense.map((row) => row.flatMap((count, gene) => (count === 0 ? [] : [[gene, count] as const])));

function matrixOf(
  { names = (same) => [...same], noGenes }: Changes,
  usual: readonly string[] = BARCODES,
  dense = spots,
) {
  const rows = noGenes ? dense.map(() => []) : rowsOf(dense);
  return { names: names(usual), genes: noGenes ? [] : genes, rows };
}

const SCALE = textBytes(JSON.stringify({ spot_diameter_fullres: 130, tissue_hires_scalef: 0.1 }));
const HEADER = "barcode,in_tissue,array_row,array_col,pxl_row_in_fullres,pxl_col_in_fullres";

function positions({ places = (same) => [...same] }: Changes, header: string[]): Uint8Array {
  const rows = places(GRID).map(
    ([row, column], i) => `${BARCODES[i]},1,${row},${column},${10 * row},${10 * column}`,
  );
  return textBytes(`${[...header, ...rows, "TTTTTTT-1,0,9,9,90,90"].join("\n")}\n`);
}

const visium =
  (prefix: string, name: string, header: string[]) =>
  async (changes: Changes = {}): Promise<Files> =>
    new Map([
      [`outs/${prefix}filtered_feature_bc_matrix.h5`, await tenxH5(matrixOf(changes))],
      [`outs/spatial/${prefix}${name}`, positions(changes, header)],
      ["outs/spatial/scalefactors_json.json", SCALE],
    ]);

const inOuts = (files: Files): Files => new Map([...files].map(([name, bytes]) => [`outs/${name}`, bytes]));

/** Bins of 2 um of which four make one of the usual spots. */
const SMALL_BINS = spots.flatMap((_, spot) => [0, 1].map((part) => ({ spot, part })));

async function pooled({ places = (same) => [...same], noGenes }: Changes, isMex: boolean): Promise<Files> {
  const rows = SMALL_BINS.map(({ spot, part }) =>
    noGenes
      ? []
      : spots[spot].flatMap((count, gene) =>
          count > part ? [[gene, part === 0 ? Math.min(1, count) : count - 1] as const] : [],
        ),
  );
  const bins = SMALL_BINS.map(
    ({ spot, part }) => [4 * GRID[spot][0] + part, 4 * GRID[spot][1] + 2 * part] as const,
  );
  return inOuts(
    await hdBins({ genes: noGenes ? [] : genes, rows }, places(bins), { isMex, outside: [[99, 99]] }),
  );
}

const section = (files: BaseFolder["files"], flags: readonly string[] = [], given = ""): BaseFolder => ({
  role: "section",
  given,
  flags,
  files,
});

const CELL_NAMES = spots.map((_, i) => `cell-${i}`);
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
  textBytes(`${[head, ...rows].map((row) => row.join(",")).join("\n")}\n`);
const packed = (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes));
const centres = ({ places = (same) => [...same] }: Changes) =>
  places(coordinates.map(([x, y]) => [x, y] as const));

export const FOLDERS: Readonly<Record<string, BaseFolder>> = {
  "Visium 1": section(visium("", "tissue_positions_list.csv", [])),
  "Visium 2": section(visium("", "tissue_positions.csv", [HEADER])),
  "Visium with a prefix": section(visium("s1_", "tissue_positions.csv", [HEADER])),
  "Visium in Market Exchange": section(
    async (changes = {}) =>
      new Map([
        ...mexFiles("outs/filtered_feature_bc_matrix", matrixOf(changes)),
        ["outs/spatial/tissue_positions.csv", positions(changes, [HEADER])],
        ["outs/spatial/scalefactors_json.json", SCALE],
      ]),
  ),
  "Visium HD": section(async ({ places = (same) => [...same], noGenes }: Changes = {}) =>
    inOuts(
      await hdBins(
        { genes: noGenes ? [] : genes, rows: noGenes ? spots.map(() => []) : rowsOf(spots) },
        places(GRID),
        { edge: 8 },
      ),
    ),
  ),
  "Visium HD, pooled": section((changes = {}) => pooled(changes, false), ["--bin", "8um"]),
  "Visium HD in Market Exchange, pooled": section((changes = {}) => pooled(changes, true), ["--bin", "8um"]),
  "Visium HD, cells": section(
    async (changes = {}) =>
      inOuts(
        await hdCells(
          {
            genes: changes.noGenes ? [] : genes,
            rows: changes.noGenes ? spots.map(() => []) : rowsOf(spots),
          },
          centres(changes),
        ),
      ),
    ["--cells"],
  ),
  "Xenium, h5 and csv": section(
    async (changes = {}) =>
      new Map([
        ["experiment.xenium", textBytes('{"pixel_size": 0.2125}')],
        ["cell_feature_matrix.h5", await tenxH5(matrixOf(changes, CELL_NAMES))],
        [
          "cells.csv.gz",
          packed(
            table(
              ["cell_id", "x_centroid", "y_centroid"],
              centres(changes).map(([x, y], i) => [CELL_NAMES[i], x, y]),
            ),
          ),
        ],
      ]),
  ),
  "Xenium, zarr and parquet": section(async (changes = {}) => {
    const where = centres(changes);
    return new Map([
      ["experiment.xenium", textBytes('{"pixel_size": 0.2125}')],
      ["cell_feature_matrix.zarr.zip", xeniumZarr()],
      [
        "cells.parquet",
        parquetOf({
          cell_id: (changes.names ?? ((same: readonly string[]) => [...same]))(
            where.map((_, i) => `${"a".repeat(7)}b-${i}`),
          ),
          x_centroid: Float64Array.from(where, ([x]) => x),
          y_centroid: Float64Array.from(where, ([, y]) => y),
        }),
      ],
    ]);
  }),
  MERSCOPE: section(
    async (changes = {}) =>
      new Map([
        [
          "cell_by_gene.csv",
          table(
            ["cell", ...genes, "Blank-1"],
            spots.map((row, i) => [i + 100, ...row, 7]),
          ),
        ],
        [
          "cell_metadata.csv",
          table(
            ["EntityID", "fov", "center_x", "center_y"],
            centres(changes).map(([x, y], i) => [i + 100, 0, x, y]),
          ),
        ],
      ]),
  ),
  CosMx: section(async (changes = {}) => {
    const rows = spots.map((row, i) => [1 + (i % 3), 1 + i, ...row, 5]);
    return new Map([
      [
        "S1_exprMat_file.csv.gz",
        packed(table(["fov", "cell_ID", ...genes, "NegPrb1"], [[1, 0, ...spots[0], 9], ...rows])),
      ],
      [
        "S1_metadata_file.csv.gz",
        packed(
          table(
            ["fov", "cell_ID", "CenterX_global_px", "CenterY_global_px"],
            centres(changes).map(([x, y], i) => [1 + (i % 3), 1 + i, x, y]),
          ),
        ),
      ],
    ]);
  }),
  GEM: section(
    async (changes = {}) => new Map([["section.gem.gz", packed(gem(centres(changes)))]]),
    ["--bin", "10"],
    "section.gem.gz",
  ),
  GEF: section(
    async (changes = {}) => {
      const where = centres(changes);
      const records = spots.flatMap((row, i) =>
        row.flatMap((count, gene) =>
          count === 0
            ? []
            : [{ gene, x: 10 * where[i][0], y: 10 * where[i][1], count: Math.min(255, count) }],
        ),
      );
      return new Map([["section.gef", await gefOfBins({ 1: records }, { genes })]]);
    },
    ["--bin", "10"],
    "section.gef",
  ),
  "GEF, cells": section(
    async (changes = {}) => {
      const where = centres(changes);
      const all = rowsOf(spots).map((counts, i) => ({
        id: i,
        x: where[i][0],
        y: where[i][1],
        area: 9,
        counts,
      }));
      return new Map([["section.cellbin.gef", await gefOfCells(all, { genes })]]);
    },
    [],
    "section.cellbin.gef",
  ),
  "Cell Ranger 2, reference": reference(
    async (changes) =>
      new Map([["cells.h5", await tenxH5(matrixOf(changes, CELLS, cells), { isOld: true })]]),
    "cells.h5",
  ),
  "Market Exchange, reference": reference(
    async (changes) => mexFiles("cells", matrixOf(changes, CELLS, cells)),
    "cells",
  ),
};

const CELLS = cells.map((_, i) => `AAAC${i}-1`);

function reference(files: (changes: Changes) => Promise<Files>, given: string): BaseFolder {
  return {
    role: "reference",
    given,
    flags: ["--labels"],
    files: async (changes = {}) =>
      new Map([
        ...(await files(changes)),
        [
          "labels.csv",
          table(
            ["barcode", "type"],
            labels.map((label, i) => [`AAAC${i}-1`, label]),
          ),
        ],
      ]),
  };
}

function gem(where: readonly (readonly [number, number])[]): Uint8Array {
  const lines = spots.flatMap((row, i) =>
    row.flatMap((count, gene) =>
      count === 0 ? [] : `gene-${gene}\t${10 * where[i][0]}\t${10 * where[i][1]}\t${count}`,
    ),
  );
  return textBytes(`#FileFormat=GEMv0.1\n${["geneID\tx\ty\tMIDCount", ...lines].join("\n")}\n`);
}

function xeniumZarr(): Uint8Array {
  const zarr = new TinyZarr(2);
  zarr.group("");
  zarr.group("cell_features", {
    number_cells: spots.length,
    number_features: genes.length,
    feature_keys: genes,
    feature_ids: genes,
    feature_types: genes.map(() => "gene"),
  });
  const byGene = genes.map((_, gene) =>
    spots.flatMap((row, i) => (row[gene] === 0 ? [] : [[i, row[gene]] as const])),
  );
  const entries = byGene.flat();
  const indptr = [0];
  for (const list of byGene) indptr.push(indptr[indptr.length - 1] + list.length);
  const array = (name: string, values: number[], shape = [values.length]) =>
    zarr.array(`cell_features/${name}`, { type: "uint32", shape, values });
  array(
    "data",
    entries.map(([, count]) => count),
  );
  array(
    "indices",
    entries.map(([cell]) => cell),
  );
  array("indptr", indptr);
  array(
    "cell_id",
    spots.flatMap((_, i) => [1, i]),
    [spots.length, 2],
  );
  return zipOf(zarr.files, true);
}
