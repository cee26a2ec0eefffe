import { FormatError } from "@flashdeconv/core";
import { numbered, textAt } from "@flashdeconv/core/internal";
import { checkJson } from "../../check-json.js";
import { parseJson } from "../../json.js";
import { isJsonObject, type JsonObject } from "../parse-json-object.js";
import { addGeoArrow, addWkb, geoArrowDepth } from "./add-geometry.js";
import { CentroidSum } from "./centroid.js";
import type { CentroidChunk, ShapeCentroids } from "./centroid-chunks.js";
import type { InstanceKey } from "./instance-rows.js";
import type { ParquetFile } from "./parquet-file.js";

/** Where the index of the shapes is kept: a column, or a run of numbers that is only told of. */
type Index =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "range"; readonly start: number; readonly step: number };

/**
 * Shapes of SpatialData 0.2 and 0.3: a GeoParquet file as geopandas writes it, geometries as well-known binary or as GeoArrow
 * lists. Memory: geometries and index of one row group.
 *
 * @throws FormatError where geometry or index are missing or of an unknown kind
 */
export function parquetCentroids(file: ParquetFile): ShapeCentroids {
  const { name, add } = geometryOf(file);
  const index = indexOf(file);
  const columns = shapeColumns(file);
  return {
    keyKind: index.kind === "range" || isNumeric(file, index.name) ? "number" : "string",
    async *chunks() {
      let start = 0;
      for await (const group of file.rowGroups(columns)) {
        const geometries = group.get(name) ?? [];
        const keys =
          index.kind === "column"
            ? toKeys(group.get(index.name) ?? [], file.path)
            : Float64Array.from(
                { length: geometries.length },
                (_, i) => index.start + (start + i) * index.step,
              );
        if (keys.length !== geometries.length) {
          throw broken(
            file.path,
            `${numbered(geometries.length, "geometry")} with ${numbered(keys.length, "item")} of the index`,
          );
        }
        yield { keys, points: centroids(geometries, add, file.path) } satisfies CentroidChunk;
        start += geometries.length;
      }
    },
  };
}

/** The top-level columns that centroids are made of: geometries and, where it is stored, their index. */
export function shapeColumns(file: ParquetFile): readonly string[] {
  const { name } = geometryOf(file);
  const index = indexOf(file);
  return index.kind === "column" ? [name, index.name] : [name];
}

type AddGeometry = (value: unknown, sum: CentroidSum) => void;

function centroids(geometries: ArrayLike<unknown>, add: AddGeometry, path: string): Float64Array {
  const points = new Float64Array(2 * geometries.length);
  const sum = new CentroidSum();
  for (let i = 0; i < geometries.length; i++) {
    sum.reset();
    try {
      if (geometries[i] !== null && geometries[i] !== undefined) add(geometries[i], sum);
    } catch (cause) {
      const found = cause instanceof RangeError ? "bytes that end early" : (cause as Error).message;
      throw broken(path, `${found} (shape ${i} of its row group)`);
    }
    sum.finish(points, 2 * i);
  }
  return points;
}

/** The column of geometries and how to read them, by the note that GeoParquet keeps, else by what is usual. */
function geometryOf(file: ParquetFile): { readonly name: string; readonly add: AddGeometry } {
  const geo = noteOf(file, "geo");
  const name = typeof geo?.primary_column === "string" ? geo.primary_column : "geometry";
  const column = columnsOf(file).find((element) => element.name === name);
  if (!column) throw broken(file.path, `no column ${name}`);
  const columns = isJsonObject(geo?.columns) ? geo.columns : {};
  const own = columns[name];
  const encoding = isJsonObject(own) && typeof own.encoding === "string" ? own.encoding : undefined;
  if (encoding === "WKB" || (encoding === undefined && column.type === "BYTE_ARRAY")) {
    return {
      name,
      add: (value, sum) => {
        if (!(value instanceof Uint8Array)) throw new Error("a geometry that is not bytes");
        addWkb(value, sum);
      },
    };
  }
  const depth = encoding === undefined ? undefined : geoArrowDepth(encoding);
  if (depth === undefined)
    throw broken(file.path, `geometries in the encoding ${encoding ?? "(none named)"}`);
  return { name, add: (value, sum) => addGeoArrow(value, depth, sum) };
}

/** The index as pandas notes it; without a note its usual column, else the positions. */
function indexOf(file: ParquetFile): Index {
  const names = columnsOf(file).map(({ name }) => name);
  const noted = noteOf(file, "pandas")?.index_columns;
  if (Array.isArray(noted) && noted.length > 0) {
    const [item] = noted;
    if (noted.length > 1) throw broken(file.path, "an index of several columns");
    if (isJsonObject(item) && item.kind === "range") {
      return { kind: "range", start: Number(item.start), step: Number(item.step) };
    }
    if (typeof item === "string" && names.includes(item)) return { kind: "column", name: item };
    throw broken(file.path, `no column for the index ${JSON.stringify(item)}`);
  }
  const usual = ["__index_level_0__", "index"].find((name) => names.includes(name));
  return usual === undefined ? { kind: "range", start: 0, step: 1 } : { kind: "column", name: usual };
}

/** The top-level columns of the schema, which lists every node before its children. */
function columnsOf({ metadata: { schema } }: ParquetFile) {
  const columns: (typeof schema)[number][] = [];
  let at = 1;
  const skip = (): void => {
    let left = schema[at++]?.num_children ?? 0;
    for (; left > 0; left--) skip();
  };
  while (at < schema.length) {
    columns.push(schema[at]);
    skip();
  }
  return columns;
}

function isNumeric(file: ParquetFile, name: string): boolean {
  const type = columnsOf(file).find((column) => column.name === name)?.type;
  return type === "INT32" || type === "INT64" || type === "FLOAT" || type === "DOUBLE";
}

function toKeys(values: ArrayLike<unknown>, path: string): ArrayLike<InstanceKey> {
  const keys: InstanceKey[] = new Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    const key =
      typeof value === "bigint"
        ? Number(value)
        : value instanceof Uint8Array
          ? textAt(value, path, `item ${i + 1} of the index`)
          : value;
    if (typeof key !== "string" && !(typeof key === "number" && Number.isSafeInteger(key))) {
      throw broken(path, `${String(value)} as an item of the index`);
    }
    keys[i] = key;
  }
  return keys;
}

function noteOf(file: ParquetFile, key: string): JsonObject | undefined {
  const text = file.note(key);
  if (text === undefined) return undefined;
  try {
    checkJson(new TextEncoder().encode(text));
    const value = parseJson(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // Names that are usual stand in for it.
  }
}

function broken(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected:
      "points, circles, polygons or multipolygons with an index of numbers or text, as geopandas writes them",
    remedy: "Write the element again with spatialdata, or put coordinates in obsm/spatial of the table.",
  });
}
