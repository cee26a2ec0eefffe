/** What an array holds. Numbers are little-endian; strings are UTF-8 of any length. */
export type DataType = NumericDataType | "string";
export type NumericDataType = "bool" | "uint8" | "int8" | "int16" | "int32" | "int64" | "float32" | "float64";

/** A typed array whose content is stored as it is. Bytes are booleans, 0 or 1. */
export type NumericArray =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

export interface ArrayDescription {
  readonly dataType: DataType;
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
}

/** An attribute or metadata document, ready for JSON. */
export type JsonObject = Readonly<Record<string, unknown>>;

export function dataTypeOf(values: NumericArray): NumericDataType {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Float64Array) return "float64";
  if (values instanceof Int32Array) return "int32";
  if (values instanceof BigInt64Array) return "int64";
  if (values instanceof Int16Array) return "int16";
  if (values instanceof Int8Array) return "int8";
  return "bool";
}

/** An array of `length` zeros of the data type. */
export function allocate(dataType: NumericDataType, length: number): NumericArray {
  return new ARRAYS[dataType](length);
}

const ARRAYS = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;
