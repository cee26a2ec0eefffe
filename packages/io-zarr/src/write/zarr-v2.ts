import type { DataType, JsonObject } from "./array-description.js";
import { hasItems, keyOf, type MetadataDocument, type ZarrDialect } from "./zarr-dialect.js";

const DATA_TYPES: Readonly<Record<DataType, string>> = {
  bool: "|b1",
  uint8: "|u1",
  int8: "|i1",
  int16: "<i2",
  int32: "<i4",
  int64: "<i8",
  float32: "<f4",
  float64: "<f8",
  string: "|O",
};

/** Zarr v2: `.zgroup`, `.zarray` and `.zattrs` beside the data, all repeated in the root's `.zmetadata`. */
export const zarrV2: ZarrDialect = {
  zarrFormat: 2,
  consolidatedKey: "/.zmetadata",

  groupDocuments(path, attributes) {
    return [
      { key: keyOf(path, ".zgroup"), content: { zarr_format: 2 } },
      ...attributeDocuments(path, attributes),
    ];
  },

  arrayDocuments(path, { dataType, shape, chunkShape }, attributes, compressor) {
    const content = {
      chunks: chunkShape,
      compressor: compressor.version2,
      dtype: DATA_TYPES[dataType],
      // Of strings too: 0 is what zarr-python 2 states for them.
      fill_value: dataType === "bool" ? false : 0,
      filters: dataType === "string" ? [{ id: "vlen-utf8" }] : null,
      order: "C",
      shape,
      zarr_format: 2,
    };
    return [{ key: keyOf(path, ".zarray"), content }, ...attributeDocuments(path, attributes)];
  },

  chunkKey: (path, chunk) => keyOf(path, chunk.length === 0 ? "0" : chunk.join(".")),
  groupKey: (path) => keyOf(path, ".zgroup"),
  attributesKey: (path) => keyOf(path, ".zattrs"),
  withAttribute: (document, name, value) => ({ ...document, [name]: value }),

  documentNames: [".zgroup", ".zarray", ".zattrs"],
  isArrayDocument: ({ key }) => key.endsWith("/.zarray"),

  consolidate(documents) {
    const metadata = Object.fromEntries(documents.map(({ key, content }) => [key.slice(1), content]));
    return { zarr_consolidated_format: 1, metadata };
  },

  isConsolidated: (document) => hasItems(document?.metadata),
  listed: (document) => (document.metadata ?? {}) as Record<string, JsonObject>,
  relisted: (document, metadata) => ({ ...document, metadata }),
};

function attributeDocuments(path: string, attributes: JsonObject): MetadataDocument[] {
  if (Object.keys(attributes).length === 0) return [];
  return [{ key: keyOf(path, ".zattrs"), content: attributes }];
}
