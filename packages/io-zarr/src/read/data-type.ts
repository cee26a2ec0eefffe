import type { DataType as ZarritaDataType } from "zarrita";
import { isJsonObject } from "./parse-json-object.js";

/** What the items of an array are. */
export interface DataType {
  readonly kind: "integer" | "float" | "boolean" | "string";
  /** numpy's name: `int64`, `float32`, `bool`, `string`. */
  readonly name: string;
  /** Bytes of one decoded item; 4 for strings of any length (their offset). */
  readonly byteSize: number;
  readonly bigEndian: boolean;
  readonly zarrita: ZarritaDataType;
}

export const SUPPORTED_DATA_TYPES =
  "bool, int8 to int64, uint8 to uint64, float16 to float64, UTF-8 strings (vlen-utf8), fixed-length strings (<U, |S)";

/** What is decoded under another name, and made what it is by us: no runtime of ours is sure to have a Float16Array. */
const HANDED_AS: Readonly<Record<string, string>> = { float16: "uint16" };

const NUMERIC: Readonly<Record<string, DataType>> = Object.fromEntries(
  [
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
    "bool",
  ].map((name) => {
    const kind = name === "bool" ? "boolean" : name.startsWith("float") ? "float" : "integer";
    const byteSize = name === "bool" ? 1 : Number(/\d+/.exec(name)?.[0]) / 8;
    return [name, { kind, name, byteSize, bigEndian: false, zarrita: HANDED_AS[name] ?? name } as DataType];
  }),
);

const V2_KINDS: Readonly<Record<string, string>> = { i: "int", u: "uint", f: "float" };

/** A numpy type string such as `<f4`, `|b1`, `<U12` or `|O` with the filter vlen-utf8; undefined if unsupported. */
export function parseV2DataType(dtype: unknown, filters: readonly unknown[]): DataType | undefined {
  if (typeof dtype !== "string") return undefined;
  if (dtype === "|O") {
    const isText = filters.some((filter) => isJsonObject(filter) && filter.id === "vlen-utf8");
    return isText ? variableString() : undefined;
  }
  const [, order, kind, size] = /^([<>|])([biufSU])(\d+)$/.exec(dtype) ?? [];
  if (kind === undefined) return undefined;
  const bigEndian = order === ">";
  if (kind === "U" || kind === "S") return fixedString(kind, Number(size), bigEndian);
  const numeric = NUMERIC[kind === "b" ? "bool" : `${V2_KINDS[kind]}${8 * Number(size)}`];
  return numeric && { ...numeric, bigEndian };
}

/** A Zarr v3 data type: a name, or an object for fixed-length strings; undefined if unsupported. */
export function parseV3DataType(dataType: unknown): DataType | undefined {
  if (typeof dataType === "string") return dataType === "string" ? variableString() : NUMERIC[dataType];
  if (!isJsonObject(dataType) || !isJsonObject(dataType.configuration)) return undefined;
  const bytes = dataType.configuration.length_bytes;
  if (typeof bytes !== "number") return undefined;
  if (dataType.name === "fixed_length_utf32") return fixedString("U", bytes / 4, false);
  return dataType.name === "null_terminated_bytes" ? fixedString("S", bytes, false) : undefined;
}

function variableString(): DataType {
  return { kind: "string", name: "string", byteSize: 4, bigEndian: false, zarrita: "string" };
}

function fixedString(kind: "U" | "S", length: number, bigEndian: boolean): DataType | undefined {
  if (!Number.isInteger(length) || length < 1) return undefined;
  const byteSize = kind === "U" ? 4 * length : length;
  return { kind: "string", name: `${kind}${length}`, byteSize, bigEndian, zarrita: `v2:${kind}${length}` };
}
