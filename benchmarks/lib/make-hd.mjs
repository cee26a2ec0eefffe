import { mkdirSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "./places.mjs";

const GENES = 18_000;
const BINS_AT_A_TIME = 65_536;
/** Shares no factor with a number of bins that is a power of ten or two: bins come in no order of the grid, as Space Ranger's. */
const STRIDE = 2_654_435_761;

/** A simulated folder of Visium HD: a square of bins of 2 um, each with so many genes seen once or twice. */
export async function makeHd(outs, bins, genesPerBin) {
  const folder = join(outs, "binned_outputs/square_002um");
  mkdirSync(join(folder, "spatial"), { recursive: true });
  const width = Math.ceil(Math.sqrt(bins));
  const placeOf = (bin) => {
    const place = Number((BigInt(bin) * BigInt(STRIDE)) % BigInt(bins));
    return [Math.floor(place / width), place % width];
  };
  await writeMatrix(join(folder, "filtered_feature_bc_matrix.h5"), { bins, genesPerBin, placeOf });
  await writePositions(join(folder, "spatial/tissue_positions.parquet"), { bins, placeOf });
  const scale = { bin_size_um: 2, microns_per_pixel: 0.5, spot_diameter_fullres: 4 };
  writeFileSync(join(folder, "spatial/scalefactors_json.json"), JSON.stringify(scale));
}

function nameOf([row, column]) {
  return `s_002um_${String(row).padStart(5, "0")}_${String(column).padStart(5, "0")}-1`;
}

async function writeMatrix(path, { bins, genesPerBin, placeOf }) {
  const { hdf5Writer } = await import(join(ROOT, "packages/io-h5/dist/internal.js"));
  const file = await open(path, "w");
  const h5 = hdf5Writer({ writeAt: (offset, bytes) => file.write(bytes, 0, bytes.length, offset) });
  h5.group("matrix");
  h5.group("matrix/features");
  const values = bins * genesPerBin;
  const data = h5.array("matrix/data", { type: "int32", shape: [values] });
  const indices = h5.array("matrix/indices", { type: "int64", shape: [values] });
  const indptr = h5.array("matrix/indptr", { type: "int64", shape: [bins + 1] });
  const barcodes = h5.array("matrix/barcodes", { type: "text", shape: [bins] });
  for (let start = 0; start < bins; start += BINS_AT_A_TIME) {
    const count = Math.min(BINS_AT_A_TIME, bins - start);
    const genes = new BigInt64Array(count * genesPerBin);
    const counts = new Int32Array(count * genesPerBin);
    const ends = new BigInt64Array(count + 1);
    const share = Math.floor(GENES / genesPerBin);
    for (let i = 0, at = 0; i < count; i++) {
      ends[i] = BigInt((start + i) * genesPerBin);
      for (let j = 0; j < genesPerBin; j++, at++) {
        const draw = Math.imul((start + i) * genesPerBin + j, 0x9e3779b1) >>> 8;
        genes[at] = BigInt(j * share + (draw % share));
        counts[at] = 1 + (draw & 1);
      }
    }
    ends[count] = BigInt((start + count) * genesPerBin);
    await indices.write(start * genesPerBin, genes);
    await data.write(start * genesPerBin, counts);
    await indptr.write(start, ends);
    await barcodes.writeTexts(
      start,
      Array.from({ length: count }, (_, i) => nameOf(placeOf(start + i))),
    );
  }
  await h5.array("matrix/shape", { type: "int32", shape: [2] }).write(0, Int32Array.of(GENES, bins));
  const names = Array.from({ length: GENES }, (_, gene) => `gene${gene}`);
  const texts = { name: names, id: names, feature_type: names.map(() => "Gene Expression") };
  for (const [name, list] of Object.entries(texts))
    await h5.array(`matrix/features/${name}`, { type: "text", shape: [GENES] }).writeTexts(0, list);
  await h5.finish();
  await file.close();
}

async function writePositions(path, { bins, placeOf }) {
  const cli = createRequire(join(ROOT, "apps/cli/package.json"));
  const { ByteWriter, ParquetWriter } = await import(cli.resolve("hyparquet-writer"));
  const file = await open(path, "w");
  const bytes = new ByteWriter(2 ** 20);
  const writer = Object.assign(bytes, {
    async flush() {
      await file.appendFile(bytes.getBytes());
      bytes.index = 0;
    },
  });
  const whole = (name) => ({ name, type: "INT32", repetition_type: "REQUIRED" });
  const double = (name) => ({ name, type: "DOUBLE", repetition_type: "REQUIRED" });
  const parquet = new ParquetWriter({
    writer,
    statistics: false,
    schema: [
      { name: "root", num_children: 6 },
      { name: "barcode", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "REQUIRED" },
      ...[whole("in_tissue"), whole("array_row"), whole("array_col")],
      ...[double("pxl_row_in_fullres"), double("pxl_col_in_fullres")],
    ],
  });
  for (let start = 0; start < bins; start += 8 * BINS_AT_A_TIME) {
    const count = Math.min(8 * BINS_AT_A_TIME, bins - start);
    const places = Array.from({ length: count }, (_, i) => placeOf(start + i));
    const columnData = [
      { name: "barcode", data: places.map(nameOf), encoding: "PLAIN" },
      { name: "in_tissue", data: new Int32Array(count).fill(1) },
      { name: "array_row", data: Int32Array.from(places, ([row]) => row) },
      { name: "array_col", data: Int32Array.from(places, ([, column]) => column) },
      { name: "pxl_row_in_fullres", data: Float64Array.from(places, ([row]) => 4 * row) },
      { name: "pxl_col_in_fullres", data: Float64Array.from(places, ([, column]) => 4 * column) },
    ].map((column) => ({ encoding: "PLAIN", ...column }));
    await parquet.write({ columnData, rowGroupSize: count });
  }
  await parquet.finish();
  await writer.flush();
  await file.close();
}
