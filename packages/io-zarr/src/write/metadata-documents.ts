import { FormatError } from "@flashdeconv/core";
import { strictText } from "@flashdeconv/core/internal";
import type { StagedStore, StoreKey } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES, readKey } from "@flashdeconv/stores/internal";
import { checkJson } from "../check-json.js";
import { parseJson } from "../json.js";
import { isJsonObject } from "../read/parse-json-object.js";
import type { JsonObject } from "./array-description.js";
import { keyOf, type MetadataDocument, type ZarrDialect } from "./zarr-dialect.js";

/** A metadata document, its numbers kept to the letter, or undefined. Throws FormatError if it is not a JSON object. */
export async function readDocument(
  store: Pick<StagedStore, "get">,
  key: StoreKey,
): Promise<JsonObject | undefined> {
  const bytes = await readKey(store, key, { most: MOST_DOCUMENT_BYTES });
  if (bytes === undefined) return undefined;
  let document: unknown;
  try {
    checkJson(bytes);
    document = parseJson(strictText(bytes));
  } catch (cause) {
    throw broken(key, cause);
  }
  if (!isJsonObject(document)) throw broken(key);
  return document;
}

/** All metadata documents at and below `path`, each node's before those of its children. */
export async function collectDocuments(
  store: Pick<StagedStore, "get" | "list">,
  dialect: ZarrDialect,
  signal?: AbortSignal,
  path = "",
): Promise<MetadataDocument[]> {
  signal?.throwIfAborted();
  const documents: MetadataDocument[] = [];
  for (const name of dialect.documentNames) {
    const key = keyOf(path, name);
    const content = await readDocument(store, key);
    if (content !== undefined) documents.push({ key, content });
  }
  if (documents.some(dialect.isArrayDocument)) return documents;
  for (const name of [...(await store.list(`/${path}`))].sort()) {
    if (name.startsWith(".") || dialect.documentNames.includes(name)) continue;
    const child = path === "" ? name : `${path}/${name}`;
    for (const document of await collectDocuments(store, dialect, signal, child)) documents.push(document);
  }
  return documents;
}

function broken(key: StoreKey, cause?: unknown): FormatError {
  return new FormatError({
    path: key.slice(1),
    found: "metadata that is not a JSON object",
    expected: "a JSON object",
    remedy: "The store is damaged: write the result to a new store.",
    cause,
  });
}
