import { FormatError, isFlashdeconvError } from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES, readKey } from "@flashdeconv/stores/internal";
import { settleAll } from "../settle-all.js";
import { isJsonObject, type JsonObject, parseJsonObject } from "./parse-json-object.js";

export interface RootMetadata {
  readonly zarrFormat: 2 | 3;
  /** Whether the root holds a usable copy of all metadata documents. */
  readonly consolidated: boolean;
  /** Documents known so far by key (`X/data/.zarray`, `X/data/zarr.json`): all where consolidated, else the root's own. */
  readonly documents: ReadonlyMap<string, JsonObject>;
}

/** Reads the root's metadata, v3 first. Throws FormatError where there is none that can be used. */
export async function loadRootMetadata(store: ReadableStore, signal?: AbortSignal): Promise<RootMetadata> {
  const read = (key: `/${string}`) => readKey(store, key, { signal, most: MOST_DOCUMENT_BYTES });
  const rootV3 = await read("/zarr.json");
  if (rootV3) {
    const root = parseJsonObject(rootV3, "zarr.json");
    const copies = documentsV3(root);
    const documents = new Map([["zarr.json", root], ...(copies ?? [])]);
    return { zarrFormat: 3, consolidated: copies !== undefined, documents };
  }
  const [group, array, plainCopy] = await settleAll(
    [".zgroup", ".zarray", ".zmetadata"].map((name) => read(`/${name}`)),
  );
  // SpatialData 0.1 leaves out the dot.
  const copy = plainCopy ?? (group && (await read("/zmetadata")));
  const copies = copy && documentsV2(copy);
  if (!group && !array && !copies?.has(".zgroup")) throw notZarr(copy !== undefined);
  const documents = new Map(copies);
  if (group) documents.set(".zgroup", parseJsonObject(group, ".zgroup"));
  return { zarrFormat: 2, consolidated: copies !== undefined, documents };
}

/** Nothing is lost with a `.zmetadata` that cannot be used: each node has its documents too. */
function documentsV2(bytes: Uint8Array): ReadonlyMap<string, JsonObject> | undefined {
  try {
    return toMap(parseJsonObject(bytes, ".zmetadata").metadata, (key) => key);
  } catch (error) {
    if (isFlashdeconvError(error)) return undefined;
    throw error;
  }
}

function documentsV3(root: JsonObject): ReadonlyMap<string, JsonObject> | undefined {
  if (!isJsonObject(root.consolidated_metadata)) return undefined;
  return toMap(root.consolidated_metadata.metadata, (path) => `${path}/zarr.json`);
}

function toMap(
  metadata: unknown,
  toKey: (name: string) => string,
): ReadonlyMap<string, JsonObject> | undefined {
  if (!isJsonObject(metadata)) return undefined;
  const documents = new Map<string, JsonObject>();
  for (const [name, document] of Object.entries(metadata)) {
    if (isJsonObject(document)) documents.set(toKey(name.replace(/^\//, "")), document);
  }
  return documents.size > 0 ? documents : undefined;
}

function notZarr(hasConsolidated: boolean): FormatError {
  return new FormatError({
    path: hasConsolidated ? ".zmetadata" : "the store's root",
    found: hasConsolidated
      ? "consolidated metadata that describes no group, and no .zgroup or zarr.json beside it"
      : "neither zarr.json nor .zgroup",
    expected: "the root of a Zarr v2 or v3 group",
    remedy: "Give the folder (or .zip) that anndata's write_zarr made; copy it again if it is incomplete.",
  });
}
