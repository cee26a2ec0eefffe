import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = 20;
/** Spots of a chunk, and texels on a side of one. */
const ROWS = 65_536;
const SIDE = 512;
const NAMES = Array.from({ length: TYPES }, (_, k) => `type_${`${k}`.padStart(2, "0")}`);
const DICT = { "encoding-type": "dict", "encoding-version": "0.1.0" };
const TEXTS = { "encoding-type": "string-array", "encoding-version": "0.2.0" };
const NUMBERS = { "encoding-type": "array", "encoding-version": "0.2.0" };
const SCALAR = { "encoding-type": "numeric-scalar", "encoding-version": "0.2.0" };
const TEXT = { "encoding-type": "string", "encoding-version": "0.2.0" };
const CLASSES = { "encoding-type": "categorical", "encoding-version": "0.2.0", ordered: false };

/** Writes a made-up result of side x side bins of 20 types with maps, as a run lays it out: Zarr v2, gzip. Smooth shares with some noise. */
export function makeWideResult(folder, side) {
  const documents = {};
  const save = (path, bytes) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  };
  const pack = (path, array) =>
    save(path, gzipSync(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), { level: 1 }));
  const group = (path, attributes = DICT) => {
    const at = path === "" ? "" : `${path}/`;
    documents[`${at}.zgroup`] = { zarr_format: 2 };
    documents[`${at}.zattrs`] = attributes;
  };
  const array = (path, dtype, { shape, chunks = shape, attributes = NUMBERS }) => {
    const filters = dtype === "|O" ? [{ id: "vlen-utf8" }] : null;
    const rest = { compressor: { id: "gzip", level: 1 }, fill_value: 0, filters, order: "C", zarr_format: 2 };
    documents[`${path}/.zarray`] = { shape, chunks, dtype, ...rest };
    documents[`${path}/.zattrs`] = attributes;
  };
  const texts = (path, values) => {
    array(path, "|O", { shape: [values.length], attributes: TEXTS });
    pack(`${path}/0`, packTexts(values));
  };
  const scalar = (path, dtype, values, attributes = SCALAR) => {
    array(path, dtype, { shape: [], attributes });
    pack(`${path}/0`, values);
  };
  const table = (path, columns) =>
    group(path, {
      _index: "_index",
      "column-order": columns,
      "encoding-type": "dataframe",
      "encoding-version": "0.2.0",
    });

  const spotCount = side * side;
  const rows = { shape: [spotCount], chunks: [ROWS] };
  group("", { "encoding-type": "anndata", "encoding-version": "0.1.0", flashdeconv: "result" });
  for (const name of ["layers", "obsm", "obsp", "uns", "varm", "varp"]) group(name);
  table("var", []);
  array("var/_index", "|O", { shape: [0], chunks: [1], attributes: TEXTS });
  table(
    "obs",
    ["dominant", "counts"].map((name) => `flashdeconv_${name}`),
  );
  array("obs/_index", "|O", { ...rows, attributes: TEXTS });
  array("obs/flashdeconv_counts", "<f4", rows);
  group("obs/flashdeconv_dominant", CLASSES);
  texts("obs/flashdeconv_dominant/categories", NAMES);
  array("obs/flashdeconv_dominant/codes", "|i1", rows);
  table("obsm/flashdeconv", NAMES);
  array("obsm/flashdeconv/_index", "|O", { ...rows, attributes: TEXTS });
  for (const name of NAMES) array(`obsm/flashdeconv/${name}`, "<f4", rows);
  array("obsm/spatial", "<f8", { shape: [spotCount, 2], chunks: [ROWS, 2] });
  group("uns/flashdeconv_params");
  for (const [name, text] of [
    ["version", "0.1.0"],
    ["method", "weighted"],
  ])
    scalar(`uns/flashdeconv_params/${name}`, "|O", packTexts([text]), TEXT);
  scalar("uns/flashdeconv_params/micrometers_per_unit", "<f8", Float64Array.of(2));
  scalar("uns/flashdeconv_params/converged", "|b1", Uint8Array.of(1));
  group("uns/flashdeconv_maps");
  scalar("uns/flashdeconv_maps/version", "<i8", BigInt64Array.of(1n));
  scalar("uns/flashdeconv_maps/shift", "<f8", Float64Array.of(0));
  scalar("uns/flashdeconv_maps/is_lattice", "|b1", Uint8Array.of(1));
  array("uns/flashdeconv_maps/matrix", "<f8", { shape: [6] });
  pack("uns/flashdeconv_maps/matrix/0", Float64Array.of(1, 0, 0, 0, 1, 0));

  let planes = Array.from({ length: TYPES + 1 }, () => new Uint8Array(spotCount));
  const shareOf = sharesOf(side);
  for (let chunk = 0; chunk * ROWS < spotCount; chunk++) {
    const shares = NAMES.map(() => new Float32Array(ROWS));
    const [places, codes, counts] = [new Float64Array(2 * ROWS), new Int8Array(ROWS), new Float32Array(ROWS)];
    const names = [];
    for (let i = 0; i < ROWS && chunk * ROWS + i < spotCount; i++) {
      const spot = chunk * ROWS + i;
      const [column, row] = [spot % side, Math.floor(spot / side)];
      const own = shareOf(column, row);
      let most = 0;
      for (let k = 0; k < TYPES; k++) {
        shares[k][i] = own[k];
        planes[k][spot] = 1 + Math.round(253 * Math.sqrt(own[k]));
        if (own[k] > own[most]) most = k;
      }
      planes[TYPES][spot] = most + 1;
      codes[i] = most;
      counts[i] = 100 + ((spot * 7919) % 400);
      [places[2 * i], places[2 * i + 1]] = [column, row];
      names.push(`s_002um_${`${row}`.padStart(5, "0")}_${`${column}`.padStart(5, "0")}-1`);
    }
    while (names.length < ROWS) names.push("");
    NAMES.forEach((name, k) => {
      pack(`obsm/flashdeconv/${name}/${chunk}`, shares[k]);
    });
    pack(`obsm/spatial/${chunk}.0`, places);
    pack(`obs/flashdeconv_dominant/codes/${chunk}`, codes);
    pack(`obs/flashdeconv_counts/${chunk}`, counts);
    pack(`obs/_index/${chunk}`, packTexts(names));
  }
  for (let [level, width] = [0, side]; ; level++) {
    const path = `uns/flashdeconv_maps/level_${level}`;
    const length = Math.min(SIDE, width);
    array(path, "|u1", { shape: [TYPES + 1, width, width], chunks: [1, length, length] });
    planes.forEach((plane, k) => {
      for (let y = 0; y * length < width; y++) {
        for (let x = 0; x * length < width; x++) {
          const bytes = new Uint8Array(length * length);
          for (let row = 0; row < Math.min(length, width - y * length); row++) {
            const from = (y * length + row) * width + x * length;
            bytes.set(plane.subarray(from, from + Math.min(length, width - x * length)), row * length);
          }
          pack(`${path}/${k}.${y}.${x}`, bytes);
        }
      }
    });
    if (width <= 256) break;
    planes = halve(planes, width);
    width = Math.ceil(width / 2);
  }
  for (const [path, document] of Object.entries(documents)) save(path, JSON.stringify(document));
  save(".zmetadata", JSON.stringify({ metadata: documents, zarr_consolidated_format: 1 }));
}

/** Shares of all types at a bin: waves along both axes, and noise. */
function sharesOf(side) {
  const wave = (axis) =>
    NAMES.map((_, k) =>
      Float32Array.from({ length: side }, (_, i) =>
        Math.exp(2.5 * Math.sin((2 * Math.PI * (1 + ((k * 3 + axis) % 5)) * i) / side + k * (1 + axis))),
      ),
    );
  const [along, down] = [wave(0), wave(1)];
  const shares = new Float32Array(TYPES);
  let state = 1;
  return (column, row) => {
    let sum = 0;
    for (let k = 0; k < TYPES; k++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      shares[k] = along[k][column] * down[k][row] * (0.8 + (0.4 * state) / 2 ** 32);
      sum += shares[k];
    }
    for (let k = 0; k < TYPES; k++) shares[k] /= sum;
    return shares;
  };
}

/** Half as many texels on a side: means of the bytes, and the type of the largest. */
function halve(planes, width) {
  const half = Math.ceil(width / 2);
  const halves = planes.map(() => new Uint8Array(half * half));
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const [right, below] = [Math.min(2 * x + 1, width - 1), Math.min(2 * y + 1, width - 1)];
      let most = 0;
      for (let k = 0; k < TYPES; k++) {
        const plane = planes[k];
        const [upper, lower] = [2 * y * width, below * width];
        const sum = plane[upper + 2 * x] + plane[upper + right] + plane[lower + 2 * x] + plane[lower + right];
        halves[k][y * half + x] = Math.round(sum / 4);
        if (halves[k][y * half + x] > halves[most][y * half + x]) most = k;
      }
      halves[TYPES][y * half + x] = most + 1;
    }
  }
  return halves;
}

/** Texts as Zarr v2 keeps them: how many, then of each its length and bytes. */
function packTexts(texts) {
  const bytes = texts.map((text) => Buffer.from(text));
  const packed = Buffer.alloc(bytes.reduce((sum, { length }) => sum + 4 + length, 4));
  packed.writeUInt32LE(texts.length, 0);
  let at = 4;
  for (const one of bytes) {
    packed.writeUInt32LE(one.length, at);
    one.copy(packed, at + 4);
    at += 4 + one.length;
  }
  return packed;
}
