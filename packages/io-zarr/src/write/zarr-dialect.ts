import type { StoreKey } from "@flashdeconv/stores";
import type { Compressor } from "../codecs/compressors.js";
import type { ArrayDescription, JsonObject } from "./array-description.js";

/** A metadata document and where it lies in the store. */
export interface MetadataDocument {
  readonly key: StoreKey;
  readonly content: JsonObject;
}

/**
 * The layout of one Zarr version, as pure functions. Paths have no slash at either end; the root's is "".
 */
export interface ZarrDialect {
  readonly zarrFormat: 2 | 3;
  groupDocuments(path: string, attributes: JsonObject): MetadataDocument[];
  arrayDocuments(
    path: string,
    array: ArrayDescription,
    attributes: JsonObject,
    compressor: Compressor,
  ): MetadataDocument[];
  chunkKey(path: string, chunk: readonly number[]): StoreKey;
  /** The key whose document tells that there is a group (and, in Zarr v3, which kind of node it is). */
  groupKey(path: string): StoreKey;
  /** The key whose document holds the attributes of a node. */
  attributesKey(path: string): StoreKey;
  /** A copy of such a document with one attribute changed. */
  withAttribute(document: JsonObject, name: string, value: unknown): JsonObject;
  /** Names of the metadata documents of a node. */
  readonly documentNames: readonly string[];
  /** Whether the document is that of an array, below which there are chunks and no further nodes. */
  isArrayDocument(document: MetadataDocument): boolean;
  /** The key of the document that repeats all others. */
  readonly consolidatedKey: StoreKey;
  /** The document that repeats `documents`, which are all there are in the store. */
  consolidate(documents: readonly MetadataDocument[]): JsonObject;
  /** Whether `document`, found at `consolidatedKey`, repeats the others (and not nothing, as broken ones do). */
  isConsolidated(document: JsonObject | undefined): boolean;
  /** The documents that a consolidated one repeats, by the names it has for them (each the path of a node, or below it). */
  listed(document: JsonObject): Readonly<Record<string, JsonObject>>;
  /** A copy of a consolidated document that repeats these documents instead. */
  relisted(document: JsonObject, metadata: Readonly<Record<string, JsonObject>>): JsonObject;
}

export function keyOf(path: string, name: string): StoreKey {
  return path === "" ? `/${name}` : `/${path}/${name}`;
}

export function hasItems(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.keys(value).length > 0;
}
