/**
 * CSR chunks as Arrow record batches and back, without copying numbers. Needs `apache-arrow`, an optional peer.
 *
 * A batch has one row per spot and two list columns, `indices` (int32) and `values` (float32 or float64), which share
 * the chunk's `indptr` as their offsets. `spotStart` and `width` travel in the schema's metadata.
 *
 * @example
 * import { csrFromRecordBatch, csrToRecordBatch } from "@flashdeconv/core/arrow";
 *
 * const batch = csrToRecordBatch({
 *   kind: "csr", spotStart: 0, spotCount: 2, width: 3,
 *   indptr: Int32Array.of(0, 1, 3), indices: Int32Array.of(0, 1, 2), values: Float32Array.of(5, 1, 2),
 * });
 * console.log(batch.numRows, csrFromRecordBatch(batch).width); // 2 3
 */
import {
  type Data,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  type TypeMap,
} from "apache-arrow";
import type { CsrChunk } from "./csr-chunk.js";
import { FormatError } from "./errors.js";

/** The chunk's own arrays as a record batch; overwriting the chunk afterwards changes the batch. */
export function csrToRecordBatch(chunk: CsrChunk): RecordBatch {
  const { indptr, indices, values, spotCount } = chunk;
  const indicesData = makeData({ type: new Int32(), data: indices });
  const valuesData =
    values instanceof Float32Array
      ? makeData({ type: new Float32(), data: values })
      : makeData({ type: new Float64(), data: values });
  const lists = {
    indices: listOf(new Field("item", new Int32(), false), indicesData, indptr),
    values: listOf(new Field("item", valuesData.type, false), valuesData, indptr),
  };
  const fields = Object.entries(lists).map(([name, data]) => new Field(name, data.type, false));
  const metadata = new Map([
    ["spotStart", String(chunk.spotStart)],
    ["width", String(chunk.width)],
  ]);
  const struct = makeData({
    type: new Struct(fields),
    length: spotCount,
    nullCount: 0,
    children: Object.values(lists),
  });
  return new RecordBatch<TypeMap>(new Schema(fields, metadata), struct as never);
}

/**
 * The chunk inside a batch that `csrToRecordBatch` made, also after it went through Arrow's IPC format or was sliced.
 *
 * @throws FormatError when the batch has other columns, or its metadata is missing.
 */
export function csrFromRecordBatch(batch: RecordBatch): CsrChunk {
  const spotStart = Number(batch.schema.metadata.get("spotStart") ?? Number.NaN);
  const width = Number(batch.schema.metadata.get("width") ?? Number.NaN);
  const indicesList = batch.getChild("indices")?.data[0];
  const valuesList = batch.getChild("values")?.data[0];
  const indices = indicesList?.children[0]?.values;
  const values = valuesList?.children[0]?.values;
  const isValues = values instanceof Float32Array || values instanceof Float64Array;
  if (
    !Number.isInteger(spotStart) ||
    !Number.isInteger(width) ||
    !(indices instanceof Int32Array) ||
    !isValues
  ) {
    throw new FormatError({
      path: "record batch",
      found: batch.schema.fields.map((field) => `${field.name}: ${field.type}`).join(", ") || "no columns",
      expected:
        "list columns `indices` (int32) and `values` (float), and `spotStart` and `width` in the metadata",
      remedy: "Give a batch made by csrToRecordBatch.",
    });
  }
  const offsets = (indicesList as Data<List<Int32>>).valueOffsets.subarray(0, batch.numRows + 1);
  const from = offsets[0];
  const to = offsets[batch.numRows];
  const indptr = from === 0 ? offsets : offsets.map((offset: number) => offset - from);
  return {
    kind: "csr",
    spotStart,
    spotCount: batch.numRows,
    width,
    indptr,
    indices: indices.subarray(from, to),
    values: values.subarray(from, to),
  };
}

function listOf(field: Field, child: Data, valueOffsets: Int32Array): Data<List> {
  return makeData({
    type: new List(field),
    length: valueOffsets.length - 1,
    nullCount: 0,
    valueOffsets,
    child,
  });
}
