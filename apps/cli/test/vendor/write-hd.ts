import {
  type Files,
  mexFiles,
  parquetOf,
  type SmallMatrix,
  tenxH5,
  textBytes,
  writeFiles,
} from "./write-tenx.js";

export interface HdChanges {
  readonly edge?: number;
  readonly isMex?: boolean;
  /** Bins that the positions list beside those of the matrix. */
  readonly outside?: readonly (readonly [row: number, column: number])[];
}

/** A bin's name, as Space Ranger gives it. */
export function binName(edge: number, row: number, column: number): string {
  const padded = (value: number, width: number) => String(value).padStart(width, "0");
  return `s_${padded(edge, 3)}um_${padded(row, 5)}_${padded(column, 5)}-1`;
}

/** Where a bin of 2 um lies on an image that is turned a little against the grid. */
export function pixelOf(row: number, column: number): [x: number, y: number] {
  return [100 + 2 * column - 0.25 * row, 50 + 2 * row + 0.25 * column];
}

type Places = readonly (readonly [number, number])[];

/** One size of bins of a folder of Visium HD; `places` are rows and columns of the spots of the matrix. */
export async function hdBins(
  { genes, rows }: Omit<SmallMatrix, "names">,
  places: Places,
  { edge = 2, isMex = false, outside = [] }: HdChanges = {},
): Promise<Files> {
  const folder = `binned_outputs/square_${String(edge).padStart(3, "0")}um`;
  const names = places.map(([row, column]) => binName(edge, row, column));
  const matrix = `${folder}/filtered_feature_bc_matrix`;
  const all = [...outside, ...places];
  const scale = { microns_per_pixel: 1, bin_size_um: edge, spot_diameter_fullres: edge };
  return new Map([
    ...(isMex
      ? mexFiles(matrix, { names, genes, rows })
      : [[`${matrix}.h5`, await tenxH5({ names, genes, rows })] as const]),
    [
      `${folder}/spatial/tissue_positions.parquet`,
      parquetOf({
        barcode: all.map(([row, column]) => binName(edge, row, column)),
        in_tissue: Int32Array.from(all, (_, i) => (i < outside.length ? 0 : 1)),
        array_row: Int32Array.from(all, ([row]) => row),
        array_col: Int32Array.from(all, ([, column]) => column),
        pxl_row_in_fullres: Float64Array.from(all, ([row, column]) => pixelOf(row, column)[1]),
        pxl_col_in_fullres: Float64Array.from(all, ([row, column]) => pixelOf(row, column)[0]),
      }),
    ],
    [`${folder}/spatial/scalefactors_json.json`, textBytes(JSON.stringify(scale))],
  ]);
}

export async function writeHdBins(
  outs: string,
  matrix: Omit<SmallMatrix, "names">,
  places: Places,
  changes?: HdChanges,
): Promise<void> {
  await writeFiles(outs, await hdBins(matrix, places, changes));
}

/** Cells as Space Ranger 4 writes them, each a square with a corner at its place and an edge of 4. */
export async function hdCells({ genes, rows }: Omit<SmallMatrix, "names">, places: Places): Promise<Files> {
  const folder = "segmented_outputs";
  const names = places.map((_, i) => `cellid_${String(i + 1).padStart(9, "0")}-1`);
  const features = places.map(([x, y], i) => ({
    type: "Feature",
    geometry: {
      type: "Polygon",
      coordinates: [
        [
          [x, y],
          [x + 4, y],
          [x + 4, y + 4],
          [x, y + 4],
          [x, y],
        ],
      ],
    },
    properties: { cell_id: i + 1, classification: { name: 'a "}{" name', color: [1, 2, 3] } },
  }));
  // In another order than the matrix, with a cell that it leaves out.
  features.reverse();
  features.push({ ...features[0], properties: { ...features[0].properties, cell_id: places.length + 1 } });
  const outlines = JSON.stringify({ type: "FeatureCollection", features }, undefined, 1);
  return new Map([
    [`${folder}/filtered_feature_cell_matrix.h5`, await tenxH5({ names, genes, rows })],
    [`${folder}/cell_segmentations.geojson`, textBytes(outlines)],
    [`${folder}/spatial/scalefactors_json.json`, textBytes(JSON.stringify({ microns_per_pixel: 0.5 }))],
  ]);
}

export async function writeHdCells(
  outs: string,
  matrix: Omit<SmallMatrix, "names">,
  places: Places,
): Promise<void> {
  await writeFiles(outs, await hdCells(matrix, places));
}
