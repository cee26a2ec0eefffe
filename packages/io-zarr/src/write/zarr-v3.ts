import type { DataType, JsonObject } from "./array-description.js";
import { hasItems, keyOf, type MetadataDocument, type ZarrDialect } from "./zarr-dialect.js";

const FILE = "zarr.json";
const BYTES_CODEC = { name: "bytes", configuration: { endian: "little" } };
// A single byte has no order, and zarr-python leaves the setting out.
const BYTE_CODEC = { name: "bytes" };
const STRING_CODEC = { name: "vlen-utf8", configuration: {} };

/** Zarr v3: one `zarr.json` per node; the root's repeats all others. */
export const zarrV3: ZarrDialect = {
  zarrFormat: 3,
  consolidatedKey: `/${FILE}`,

  groupDocuments(path, attributes) {
    return [{ key: keyOf(path, FILE), content: { attributes, zarr_format: 3, node_type: "group" } }];
  },

  arrayDocuments(path, { dataType, shape, chunkShape }, attributes, compressor) {
    const content = {
      shape,
      data_type: dataType,
      chunk_grid: { name: "regular", configuration: { chunk_shape: chunkShape } },
      chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
      fill_value: fillValue(dataType),
      codecs: [arrayCodec(dataType), ...compressor.version3],
      attributes,
      zarr_format: 3,
      node_type: "array",
      storage_transformers: [],
    };
    return [{ key: keyOf(path, FILE), content }];
  },

  chunkKey: (path, chunk) => keyOf(path, ["c", ...chunk].join("/")),
  groupKey: (path) => keyOf(path, FILE),
  attributesKey: (path) => keyOf(path, FILE),
  withAttribute: (document, name, value) => ({
    ...document,
    attributes: { ...(document.attributes as JsonObject), [name]: value },
  }),

  documentNames: [FILE],
  isArrayDocument: ({ content }) => content.node_type === "array",

  consolidate(documents) {
    const isRoot = ({ key }: MetadataDocument) => key === `/${FILE}`;
    const root = documents.find(isRoot)?.content;
    const others = documents.filter((document) => !isRoot(document));
    const metadata = others.map(({ key, content }) => {
      return [key.slice(1, -FILE.length - 1), isGroup(content) ? { ...content, ...inline({}) } : content];
    });
    return { ...root, ...inline(Object.fromEntries(metadata)) };
  },

  isConsolidated: (document) => hasItems(copyIn(document)?.metadata),
  listed: (document) => copyIn(document)?.metadata ?? {},
  relisted: (document, metadata) => ({
    ...document,
    consolidated_metadata: { ...copyIn(document), metadata },
  }),
};

function copyIn(document: JsonObject | undefined) {
  return document?.consolidated_metadata as { metadata?: Record<string, JsonObject> } | null | undefined;
}

function inline(metadata: JsonObject): JsonObject {
  return { consolidated_metadata: { kind: "inline", must_understand: false, metadata } };
}

function isGroup(document: JsonObject): boolean {
  return document.node_type === "group";
}

function arrayCodec(dataType: DataType): JsonObject {
  if (dataType === "string") return STRING_CODEC;
  return dataType === "bool" || dataType === "uint8" || dataType === "int8" ? BYTE_CODEC : BYTES_CODEC;
}

function fillValue(dataType: DataType): unknown {
  if (dataType === "string") return "";
  return dataType === "bool" ? false : 0;
}
