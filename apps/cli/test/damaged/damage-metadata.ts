import type { Files } from "./base-stores.js";
import type { Random } from "./random.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values that no one expects where a number, a name or a list should be. */
const ODDITIES: readonly Json[] = [
  null, true, false, 0, 1, -1, -0.5, 1.5, 3, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 2 ** 53, 1e15, 1e300, "", "NaN", "-1", "Infinity",
  "../../etc/passwd", "/etc", "x".repeat(5000), "\u0000", "__proto__", "constructor", [], [0], [-1], [1e9, 1e9], [2 ** 31], [null],
  ["a", "b"], {}, { name: "no-such-thing" }, { id: "no-such-thing" }, [[[]]],
]; // biome-ignore format: a list
const TYPES = [
  "|O", "|b1", "|i1", "|u1", "<i2", "<u2", "<i4", ">i4", "<i8", "<u8", "<f2", "<f4", "<f8", ">f8", "<U4", "|S3", "<M8[ns]", "|V8", "bool",
  "int8", "uint8", "int16", "uint16", "int32", "int64", "uint64", "float16", "float32", "float64", "complex64", "string", "bytes", "r16",
]; // biome-ignore format: a list
const CODECS: readonly Json[] = [
  null, [], { id: "gzip" }, { id: "zlib" }, { id: "zstd" }, { id: "lz4" }, { id: "bz2" }, { id: "lzma" }, { id: "blosc" }, { id: "blosc", cname: "x" },
  { id: "vlen-utf8" }, [{ id: "shuffle", elementsize: 0 }], [{ id: "delta", dtype: "<f4" }], [{ name: "gzip" }], [{ name: "bytes" }, { name: "blosc" }],
  [{ name: "bytes", configuration: { endian: "big" } }], [{ name: "bytes" }, { name: "crc32c" }], [{ name: "transpose", configuration: { order: [5, 5] } }],
  [{ name: "sharding_indexed" }], [{ name: "sharding_indexed", configuration: { chunk_shape: [0], codecs: [], index_codecs: [] } }],
  [{ name: "sharding_indexed", configuration: { chunk_shape: [7], codecs: [{ name: "bytes" }], index_codecs: [{ name: "bytes" }] } }],
]; // biome-ignore format: a list
const ENCODINGS = [
  "csr_matrix",
  "csc_matrix",
  "array",
  "dataframe",
  "categorical",
  "string-array",
  "nullable-integer",
  "dict",
  "anndata",
  "raw",
  "?",
];

/** Changes a metadata document of the store. Gives what was done, or undefined where nothing could be. */
export function damageMetadata(files: Files, random: Random): string | undefined {
  const keys = [...files.keys()].filter((key) => /(^|\/)(zarr\.json|\.z\w+)$/.test(key)).sort();
  const key = random.pick(keys);
  const bytes = files.get(key) as Uint8Array;
  if (random.below(8) === 0) {
    const [name, text] = brokenText(new TextDecoder().decode(bytes), random);
    files.set(key, new TextEncoder().encode(text));
    return `${key}: ${name}`;
  }
  const document: Json = JSON.parse(new TextDecoder().decode(bytes));
  const done = random.below(3) === 0 ? changeKnown(document, random) : changeAny(document, random);
  if (done === undefined) return undefined;
  files.set(key, new TextEncoder().encode(JSON.stringify(document)));
  return `${key}: ${done}`;
}

function brokenText(text: string, random: Random): [string, string] {
  const at = random.below(text.length);
  return random.pick<[string, string]>([
    ["cut", text.slice(0, at)],
    ["emptied", ""],
    ["deeply nested", "[".repeat(100_000)],
    ["nested", `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`],
    ["a byte order mark", `\ufeff${text}`],
    ["NaN as a word", text.replace(/:\s*(\d+|null)/, ": NaN")],
    ["a number without end", text.replace(/\d+/, "9".repeat(400))],
    ["keys twice", text.replace("{", '{"shape":[-1],"shape":[3],"zarr_format":9,')],
    ["a prototype", text.replace("{", '{"__proto__":{"shape":[1]},')],
    ["another word", `${text.slice(0, at)}x${text.slice(at)}`],
    ["a list", `[${text}]`],
    ["a word", '"text"'],
  ]);
}

/** Changes a field that means something in Zarr or AnnData, to something that means something. */
function changeKnown(document: Json, random: Random): string | undefined {
  const places: [{ [key: string]: Json }, string][] = [];
  visit(document, (parent, key) => {
    if (!Array.isArray(parent) && KNOWN.has(key)) places.push([parent, key]);
  });
  if (places.length === 0) return undefined;
  const [parent, key] = random.pick(places);
  const before = parent[key];
  if (key === "dtype" || key === "data_type") parent[key] = random.pick(TYPES);
  else if (key === "encoding-type") parent[key] = random.pick(ENCODINGS);
  else if (key === "order") parent[key] = before === "C" ? "F" : random.pick(["C", "?", 7]);
  else if (key === "compressor" || key === "filters" || key === "codecs")
    parent[key] = structuredClone(random.pick(CODECS));
  else if (key === "fill_value")
    parent[key] = random.pick<Json>(["NaN", "Infinity", null, -1, 1e30, "0x7fc00000", "AAAA", 5]);
  else if (Array.isArray(before)) parent[key] = changeList(before, random);
  else parent[key] = random.pick(ODDITIES);
  return `${key} from ${brief(before)} to ${brief(parent[key])}`;
}

const KNOWN = new Set([
  "dtype", "data_type", "encoding-type", "order", "compressor", "filters", "codecs", "fill_value", "shape", "chunks", "chunk_shape", "zarr_format",
  "node_type", "separator", "dimension_separator", "index_location", "column-order", "_index", "region", "region_key", "instance_key",
  "coordinateTransformations", "axes", "version", "index_codecs", "endian",
]); // biome-ignore format: a list

function changeList(before: readonly Json[], random: Random): Json[] {
  const factor = random.pick([0, -1, 0.5, 2, 3, 1000, 1e6, 1e12]);
  const at = random.below(before.length);
  return random.pick([
    before.map((item, i) => (i === at && typeof item === "number" ? item * factor : item)),
    before.map((item, i) => (i === at && typeof item === "number" ? item + random.pick([-1, 1, 0.5]) : item)),
    before.map((item) => (typeof item === "number" ? 2 ** 31 - 1 : item)),
    [...before, ...before],
    before.slice(1),
    [...before].reverse(),
  ]);
}

/** Drops or replaces a field wherever it lies. */
function changeAny(document: Json, random: Random): string | undefined {
  const places: [Json[] | { [key: string]: Json }, string, string][] = [];
  visit(document, (parent, key, path) => places.push([parent, key, path]));
  if (places.length === 0) return undefined;
  const [parent, key, path] = random.pick(places);
  if (random.below(4) === 0) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
    return `${path} dropped`;
  }
  const value = structuredClone(random.pick(ODDITIES));
  Object.assign(parent, { [key]: value });
  return `${path} becomes ${brief(value)}`;
}

function visit(
  value: Json,
  found: (parent: Json[] & { [key: string]: Json }, key: string, path: string) => void,
  path = "",
): void {
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    const here = path === "" ? key : `${path}.${key}`;
    found(value as Json[] & { [key: string]: Json }, key, here);
    visit(inner, found, here);
  }
}

function brief(value: Json): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 60);
}
