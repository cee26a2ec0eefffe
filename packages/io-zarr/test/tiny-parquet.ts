import { parquetWriteBuffer } from "hyparquet-writer";

/** Rings of a polygon, the outline first; vertices as x, y. */
export type Polygon = readonly (readonly (readonly [number, number])[])[];

export type Geometry =
  | { readonly kind: "point"; readonly at: readonly [number, number] }
  | { readonly kind: "polygon"; readonly rings: Polygon }
  | { readonly kind: "multipolygon"; readonly polygons: readonly Polygon[] };

export interface TinyShapes {
  readonly keys: readonly (number | string)[];
  readonly geometries: readonly Geometry[];
  /** Well-known binary by default. */
  readonly encoding?: "WKB" | "geoarrow";
  /** An index that is only noted, as pandas does for 0, 1, 2, ...; the keys are not stored then. */
  readonly range?: { readonly start: number; readonly step: number };
  readonly rowGroupSize?: number;
  /** What is noted beside the schema; by default as geopandas does. */
  readonly notes?: "none";
}

/** A GeoParquet file of shapes, as geopandas lays one out. */
export function tinyParquet(shapes: TinyShapes): Uint8Array {
  const { keys, geometries, encoding = "WKB", range, notes } = shapes;
  const kinds = new Set(geometries.map(({ kind }) => kind));
  const [kind = "point"] = kinds;
  const geo = {
    version: "1.0.0",
    primary_column: "geometry",
    columns: { geometry: { encoding: encoding === "WKB" ? "WKB" : kind, geometry_types: [...kinds] } },
  };
  const indexName = typeof keys[0] === "string" ? "name" : "__index_level_0__";
  const noted = range
    ? [{ kind: "range", name: null, start: range.start, stop: 1e6, step: range.step }]
    : [indexName];
  const keyColumn = {
    name: indexName,
    data: typeof keys[0] === "string" ? [...keys] : keys.map((key) => BigInt(key)),
    type: typeof keys[0] === "string" ? ("STRING" as const) : ("INT64" as const),
  };
  const isWkb = encoding === "WKB";
  const geometryColumn = {
    name: "geometry",
    data: geometries.map((geometry) => (isWkb ? wkb(geometry) : nested(geometry))),
    ...(isWkb && { type: "BYTE_ARRAY" as const }),
  };
  const radius = { name: "radius", data: geometries.map(() => 1.5), type: "DOUBLE" as const };
  const columnData = [geometryColumn, radius, ...(range ? [] : [keyColumn])];
  const keySchema =
    typeof keys[0] === "string"
      ? ({
          name: indexName,
          type: "BYTE_ARRAY",
          converted_type: "UTF8",
          repetition_type: "OPTIONAL",
        } as const)
      : ({ name: indexName, type: "INT64", repetition_type: "OPTIONAL" } as const);
  const buffer = parquetWriteBuffer({
    columnData: isWkb ? columnData : columnData.map(({ name, data }) => ({ name, data })),
    ...(!isWkb && {
      schema: [
        { name: "root", num_children: columnData.length },
        ...nestedSchema(kind),
        { name: "radius", type: "DOUBLE", repetition_type: "OPTIONAL" },
        ...(range ? [] : [keySchema]),
      ],
    }),
    rowGroupSize: shapes.rowGroupSize ?? 1000,
    kvMetadata:
      notes === "none"
        ? []
        : [
            { key: "geo", value: JSON.stringify(geo) },
            { key: "pandas", value: JSON.stringify({ index_columns: noted }) },
          ],
  });
  return new Uint8Array(buffer);
}

const LIST_DEPTHS = { point: 0, polygon: 2, multipolygon: 3 };

function nestedSchema(kind: Geometry["kind"]) {
  const optional = { repetition_type: "OPTIONAL" } as const;
  const elements: { name: string; num_children?: number; type?: "DOUBLE"; [more: string]: unknown }[] = [];
  let name = "geometry";
  for (let depth = LIST_DEPTHS[kind]; depth > 0; depth--) {
    elements.push({ name, num_children: 1, converted_type: "LIST", ...optional });
    elements.push({ name: "list", num_children: 1, repetition_type: "REPEATED" });
    name = "element";
  }
  elements.push({ name, num_children: 2, ...optional });
  elements.push({ name: "x", type: "DOUBLE", ...optional }, { name: "y", type: "DOUBLE", ...optional });
  return elements as never[];
}

function nested(geometry: Geometry): unknown {
  const position = ([x, y]: readonly [number, number]) => ({ x, y });
  const polygon = (rings: Polygon) => rings.map((ring) => ring.map(position));
  switch (geometry.kind) {
    case "point":
      return position(geometry.at);
    case "polygon":
      return polygon(geometry.rings);
    case "multipolygon":
      return geometry.polygons.map(polygon);
  }
}

/** Well-known binary, little-endian: a byte of order, the kind, then counts and doubles. */
export function wkb(geometry: Geometry): Uint8Array {
  const bytes: number[] = [];
  const count = (value: number) => bytes.push(...new Uint8Array(Uint32Array.of(value).buffer));
  const position = (at: readonly [number, number]) =>
    bytes.push(...new Uint8Array(Float64Array.from(at).buffer));
  const head = (kind: number) => {
    bytes.push(1);
    count(kind);
  };
  const polygon = (rings: Polygon) => {
    head(3);
    count(rings.length);
    for (const ring of rings) {
      count(ring.length);
      for (const at of ring) position(at);
    }
  };
  if (geometry.kind === "point") {
    head(1);
    position(geometry.at);
  } else if (geometry.kind === "polygon") {
    polygon(geometry.rings);
  } else {
    head(6);
    count(geometry.polygons.length);
    for (const rings of geometry.polygons) polygon(rings);
  }
  return Uint8Array.from(bytes);
}

/** A closed ring around the box `x .. x + width`, `y .. y + height`, clockwise or against the clock. */
export function box(
  x: number,
  y: number,
  width: number,
  height: number,
  clockwise = false,
): [number, number][] {
  const ring: [number, number][] = [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
    [x, y],
  ];
  return clockwise ? ring.reverse() : ring;
}
