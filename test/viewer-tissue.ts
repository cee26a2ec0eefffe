import type { ReadableStore } from "@flashdeconv/stores";
import { type Made, makeResult } from "./viewer-results.js";

type Json = Readonly<Record<string, unknown>>;

/** An array that is stored uncompressed, in one chunk. */
export interface Stored {
  readonly shape: readonly number[];
  /** Undefined for one of which nothing is stored. */
  readonly values: Uint8Array | Float32Array | Float64Array | undefined;
}

/** What a store has beside its result: groups with their attributes, and arrays, by their paths. */
export interface More {
  readonly groups: Readonly<Record<string, Json>>;
  readonly arrays: Readonly<Record<string, Stored>>;
}

/** A store with a result in place, below a folder (a table of a container) or at its root, and more. All of it is in the consolidated metadata. */
export async function makeSection(
  made: Made & { readonly zarrFormat: 2 | 3 },
  folder: string,
  { groups, arrays }: More,
): Promise<ReadableStore> {
  const keys = new Map<string, Uint8Array>();
  const documents = new Map<string, Json>();
  const prefix = folder === "" ? "" : `${folder}/`;
  const store = await makeResult(made);
  const isDocument = (key: string) => /(^|\/)(\.zgroup|\.zarray|\.zattrs|zarr\.json)$/.test(key);
  const take = async (path: string): Promise<void> => {
    for (const name of (await store.list(`/${path}`)) ?? []) {
      const key = path === "" ? name : `${path}/${name}`;
      const bytes = await store.get(`/${key}`);
      if (bytes === undefined) await take(key);
      else if (isDocument(key)) documents.set(prefix + key, JSON.parse(new TextDecoder().decode(bytes)));
      else if (key !== ".zmetadata") keys.set(prefix + key, bytes);
    }
  };
  await take("");
  const put = made.zarrFormat === 2 ? putV2 : putV3;
  for (const [path, attributes] of Object.entries(groups)) put(documents, path, attributes);
  for (const [path, { shape, values }] of Object.entries(arrays)) {
    const kind = values instanceof Float32Array ? "f4" : values instanceof Float64Array ? "f8" : "u1";
    put(documents, path, undefined, { shape, kind });
    const chunk =
      made.zarrFormat === 2 ? shape.map(() => 0).join(".") || "0" : ["c", ...shape.map(() => 0)].join("/");
    if (values)
      keys.set(`${path}/${chunk}`, new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  consolidate(documents, made.zarrFormat);
  for (const [key, document] of documents) keys.set(key, new TextEncoder().encode(JSON.stringify(document)));
  return { name: "section", get: async (key) => keys.get(key.slice(1)) };
}

interface Layout {
  readonly shape: readonly number[];
  readonly kind: "u1" | "f4" | "f8";
}

function putV2(documents: Map<string, Json>, path: string, attributes: Json = {}, array?: Layout): void {
  const at = path === "" ? "" : `${path}/`;
  documents.set(`${at}.zattrs`, attributes);
  if (array === undefined) documents.set(`${at}.zgroup`, { zarr_format: 2 });
  else {
    const { shape, kind } = array;
    const dtype = kind === "u1" ? "|u1" : `<${kind}`;
    const rest = { compressor: null, fill_value: 0, filters: null, order: "C", zarr_format: 2 };
    documents.set(`${at}.zarray`, { shape, chunks: shape, dtype, ...rest });
  }
}

const NAMES = { u1: "uint8", f4: "float32", f8: "float64" };

function putV3(documents: Map<string, Json>, path: string, attributes: Json = {}, array?: Layout): void {
  const key = path === "" ? "zarr.json" : `${path}/zarr.json`;
  if (array === undefined) {
    documents.set(key, { zarr_format: 3, node_type: "group", attributes });
    return;
  }
  documents.set(key, {
    zarr_format: 3,
    node_type: "array",
    attributes,
    shape: array.shape,
    data_type: NAMES[array.kind],
    chunk_grid: { name: "regular", configuration: { chunk_shape: array.shape } },
    chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
    codecs: [{ name: "bytes", configuration: { endian: "little" } }],
    fill_value: 0,
  });
}

function consolidate(documents: Map<string, Json>, zarrFormat: 2 | 3): void {
  if (zarrFormat === 2) {
    const metadata = Object.fromEntries(documents);
    documents.set(".zmetadata", { zarr_consolidated_format: 1, metadata });
    return;
  }
  const metadata: Record<string, Json> = {};
  for (const [key, document] of documents) {
    // A table's own consolidated metadata would be one too many.
    const { consolidated_metadata: _, ...plain } = document;
    if (key !== "zarr.json") metadata[key.slice(0, -"/zarr.json".length)] = plain;
  }
  const root = documents.get("zarr.json");
  documents.set("zarr.json", {
    ...root,
    consolidated_metadata: { kind: "inline", must_understand: false, metadata },
  });
}
