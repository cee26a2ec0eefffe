import { strings, tinyAnnData, writeDataframe } from "./read-tiny-anndata.js";
import { TinyZarr } from "./read-tiny-zarr.js";
import { type Geometry, type TinyShapes, tinyParquet } from "./tiny-parquet.js";

export interface TinyElement extends TinyShapes {
  /** Layout of the element: arrays of 0.1, or a Parquet file (0.2, the default). */
  readonly version?: "0.1" | "0.2";
  readonly transformations?: readonly unknown[];
}

export interface TinyTable {
  /** One per row: the element and the item of its index. */
  readonly rows: readonly (readonly [region: string, instance: number | string])[];
  /** Counts, one gene by default. */
  readonly counts?: readonly (readonly number[])[];
  /** Whether obsm/spatial is there; not by default. */
  readonly coordinates?: readonly (readonly number[])[];
  /** Attributes of the table's group, over those that spatialdata writes. */
  readonly attributes?: Record<string, unknown>;
  readonly regionKind?: "categorical" | "string";
}

export interface TinyContainer {
  readonly format?: 2 | 3;
  readonly tables: Readonly<Record<string, TinyTable>>;
  readonly shapes?: Readonly<Record<string, TinyElement>>;
  /** Names of label images, of which only the groups are there. */
  readonly labels?: readonly string[];
  /** False for a root that has lost its attributes. */
  readonly marked?: boolean;
}

/** A SpatialData container, in the store's layout of 0.1 (Zarr v2) or 0.2 (Zarr v3), not consolidated. */
export function tinySpatialData(container: TinyContainer): TinyZarr {
  const { format = 3, tables, shapes = {}, labels = [], marked = true } = container;
  const zarr = new TinyZarr(format);
  const version = format === 2 ? "0.1" : "0.2";
  zarr.group("", marked ? { spatialdata_attrs: { version, spatialdata_software_version: "0.0" } } : {});
  zarr.group("tables");
  for (const [name, table] of Object.entries(tables)) addTable(zarr, name, table, version);
  if (Object.keys(shapes).length > 0) zarr.group("shapes");
  for (const [name, element] of Object.entries(shapes)) addShapes(zarr, `shapes/${name}`, element);
  if (labels.length > 0) zarr.group("labels");
  for (const name of labels) zarr.group(`labels/${name}`);
  return zarr;
}

function addTable(zarr: TinyZarr, name: string, table: TinyTable, version: string): void {
  const { rows, counts, coordinates, attributes, regionKind = "categorical" } = table;
  const path = `tables/${name}`;
  const inner = tinyAnnData(counts ?? rows.map((_, i) => [i + 1]), {
    format: zarr.format,
    ...(coordinates && { coordinates }),
  });
  for (const [key, bytes] of inner.files) {
    if (coordinates || !key.startsWith("obsm/spatial")) zarr.files.set(`${path}/${key}`, bytes);
  }
  const regions = [...new Set(rows.map(([region]) => region))].sort();
  const names = rows.map((_, i) => `spot-${i}`);
  writeDataframe(zarr, `${path}/obs`, names, ["region", "instance_id"]);
  if (regionKind === "string") {
    strings(
      zarr,
      `${path}/obs/region`,
      rows.map(([region]) => region),
    );
  } else {
    const encoding = { "encoding-type": "categorical", "encoding-version": "0.2.0", ordered: false };
    zarr.group(`${path}/obs/region`, encoding);
    const codes = rows.map(([region]) => regions.indexOf(region));
    zarr.array(`${path}/obs/region/codes`, { type: "int8", shape: [rows.length], values: codes });
    strings(zarr, `${path}/obs/region/categories`, regions);
  }
  const keys = rows.map(([, key]) => key);
  if (typeof keys[0] === "string") strings(zarr, `${path}/obs/instance_id`, keys.map(String));
  else {
    const attributes = { "encoding-type": "array", "encoding-version": "0.2.0" };
    zarr.array(`${path}/obs/instance_id`, { type: "int64", shape: [keys.length], values: keys, attributes });
  }
  zarr.group(path, {
    "encoding-type": "anndata",
    "encoding-version": "0.1.0",
    "spatialdata-encoding-type": "ngff:regions_table",
    region: regions.length === 1 ? regions[0] : regions,
    region_key: "region",
    instance_key: "instance_id",
    version,
    ...attributes,
  });
}

function addShapes(zarr: TinyZarr, path: string, element: TinyElement): void {
  const { version = "0.2", transformations = [toGlobal({ type: "identity" })] } = element;
  zarr.group(path, {
    axes: ["x", "y"],
    coordinateTransformations: transformations,
    "encoding-type": "ngff:shapes",
    spatialdata_attrs: { version },
  });
  if (version === "0.2") zarr.files.set(`${path}/shapes.parquet`, tinyParquet(element));
  else addArrays(zarr, path, element);
}

function addArrays(zarr: TinyZarr, path: string, { keys, geometries }: TinyElement): void {
  if (typeof keys[0] === "string") strings(zarr, `${path}/Index`, keys.map(String));
  else zarr.array(`${path}/Index`, { type: "int64", shape: [keys.length], values: keys });
  const coords: (readonly [number, number])[] = [];
  const offsets: [number[], number[], number[]] = [[0], [0], [0]];
  for (const geometry of geometries) {
    if (geometry.kind === "point") coords.push(geometry.at);
    for (const polygon of polygonsOf(geometry)) {
      for (const ring of polygon) {
        coords.push(...ring);
        offsets[0].push(coords.length);
      }
      offsets[1].push(offsets[0].length - 1);
    }
    offsets[2].push(offsets[1].length - 1);
  }
  const levels = { point: 0, polygon: 2, multipolygon: 3 }[geometries[0].kind];
  for (let level = 0; level < levels; level++) {
    const values = offsets[level];
    zarr.array(`${path}/offset${level}`, { type: "int64", shape: [values.length], values });
  }
  zarr.array(`${path}/coords`, {
    type: "float64",
    shape: [coords.length, 2],
    chunks: [Math.ceil(coords.length / 2), 1],
    values: coords.flat(),
  });
  if (levels === 0) {
    zarr.array(`${path}/radius`, { type: "float64", shape: [keys.length], values: keys.map(() => 1) });
  }
}

function polygonsOf(geometry: Geometry) {
  if (geometry.kind === "point") return [];
  return geometry.kind === "polygon" ? [geometry.rings] : geometry.polygons;
}

/** A transformation as spatialdata writes it, from the element's own axes x and y to those of a named system. */
export function toGlobal(transformation: Record<string, unknown>, system = "global"): unknown {
  const axes = ["x", "y"].map((name) => ({ name, type: "space", unit: "unit" }));
  return { ...transformation, input: { name: "xy", axes }, output: { name: system, axes } };
}
