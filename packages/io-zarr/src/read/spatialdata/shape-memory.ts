import { type Hierarchy, join } from "../hierarchy.js";
import { shapeColumns } from "./parquet-centroids.js";
import { openParquet, type ParquetFile } from "./parquet-file.js";
import type { ShapesOrigin } from "./shape-coordinates.js";

/** Bytes of a column as they lie: as they came, and copies that are cut out of them. */
const STORED_COPIES = 4;
/** Pages of a column unpacked, and what they are made from. */
const UNPACKED_COPIES = 1.5;
/** A geometry that hyparquet hands out as a view of bytes, on a heap that is not collected at once. 170 were measured (Node 24). */
const VIEW_BYTES = 200;
/** An item of the index: number or text, in lists that are joined. */
const KEY_BYTES = 48;
/** A number of a GeoArrow geometry, with its share of the objects and lists around it. 408 were measured. */
const NESTED_NUMBER_BYTES = 440;
/** A row of the table while it is joined: key, look-up, code and position; more where keys are texts. */
const JOIN_BYTES = { number: 64, string: 200 };

/**
 * Bytes that joining the rows of a table to shapes takes at most, with the positions that come out: the largest row group of a Parquet
 * file, or all arrays of the largest element of layout 0.1. The constants are measured peaks, rounded up.
 */
export async function shapeMemory(
  table: Hierarchy,
  { container: { hierarchy }, annotation: { instanceKey } }: ShapesOrigin,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<number> {
  const container = hierarchy.withSignal(signal);
  const instances = await table.node(join("obs", instanceKey));
  const isNumeric = instances?.kind === "array" && instances.metadata.dataType.kind !== "string";
  const rowCount = await rowsOf(table, join("obs", instanceKey));
  let most = 0;
  for (const name of names) {
    const path = join("shapes", name);
    const file = (await container.node(join(path, "coords")))
      ? undefined
      : await openParquet(container.store, join(path, "shapes.parquet"), signal);
    most = Math.max(most, file ? largestRowGroup(file) : await arraysOf(container, path));
  }
  return most + rowCount * JOIN_BYTES[isNumeric ? "number" : "string"];
}

/** What the largest row group takes while its geometries and index are read. */
function largestRowGroup(file: ParquetFile): number {
  const [geometry, ...index] = shapeColumns(file);
  return file.metadata.row_groups.reduce((most, group) => {
    const bytes = group.columns.reduce((sum, { meta_data: column }) => {
      const name = column?.path_in_schema[0] ?? "";
      if (!column || !(name === geometry || index.includes(name))) return sum;
      const isNested = column.path_in_schema.length > 1;
      const valueBytes = name !== geometry ? KEY_BYTES : isNested ? NESTED_NUMBER_BYTES : VIEW_BYTES;
      return (
        sum +
        STORED_COPIES * Number(column.total_compressed_size) +
        UNPACKED_COPIES * Number(column.total_uncompressed_size) +
        valueBytes * Number(column.num_values)
      );
    }, 0);
    return Math.max(most, bytes);
  }, 0);
}

/** Arrays of layout 0.1: all vertices and offsets as doubles, twice while they are put together, and the index. */
async function arraysOf(container: Hierarchy, path: string): Promise<number> {
  const names = ["coords", "offset0", "offset1", "offset2"];
  let itemCount = 0;
  for (const name of names) {
    const node = await container.node(join(path, name));
    if (node?.kind === "array") {
      itemCount += node.metadata.shape.reduce((product, length) => product * length, 1);
    }
  }
  return 2 * 8 * itemCount + (await rowsOf(container, join(path, "Index"))) * JOIN_BYTES.string;
}

/** Rows of a column, whatever it is made of; 0 where it is not there. */
async function rowsOf(hierarchy: Hierarchy, path: string): Promise<number> {
  for (const part of ["", "codes", "values"]) {
    const node = await hierarchy.node(part === "" ? path : join(path, part));
    if (node?.kind === "array") return node.metadata.shape[0] ?? 0;
  }
  return 0;
}
