import { FormatError } from "@flashdeconv/core";
import type { ReadableStore } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES, readKey } from "@flashdeconv/stores/internal";
import { settleAll } from "../settle-all.js";
import { storeBelow } from "../store-below.js";
import type { ArrayMetadata } from "./array-metadata.js";
import { parseArrayMetadata } from "./parse-array-metadata.js";
import { isJsonObject, type JsonObject, parseJsonObject } from "./parse-json-object.js";
import { loadRootMetadata, type RootMetadata } from "./root-metadata.js";

/** A node's `path` has no slash at either end; the root's is empty. */
export type ZarrNode =
  | { readonly kind: "group"; readonly path: string; readonly attributes: JsonObject }
  | {
      readonly kind: "array";
      readonly path: string;
      readonly attributes: JsonObject;
      readonly metadata: ArrayMetadata;
    };

/** The groups and arrays of a store. Metadata documents are read once. */
export interface Hierarchy {
  readonly store: ReadableStore;
  readonly zarrFormat: 2 | 3;
  readonly consolidated: boolean;
  /** The node at a path, or undefined. Throws FormatError where its metadata is broken or unsupported. */
  node(path: string): Promise<ZarrNode | undefined>;
  /** The same store and what is known of it, read under another signal. */
  withSignal(signal: AbortSignal | undefined): Hierarchy;
  /** Names of the nodes below a path, ascending; undefined where the store cannot list and has no consolidated metadata. */
  children(path: string): Promise<readonly string[] | undefined>;
  /** The hierarchy below a group, as one of its own: paths and keys count from there. Nothing is read for it. */
  below(path: string): Hierarchy;
}

/**
 * Opens a Zarr v2 or v3 store: version, consolidated metadata if there is any (broken ones are passed over, as each node
 * has its own document too). Throws FormatError where the root is not a Zarr group.
 */
export async function openHierarchy(store: ReadableStore, signal?: AbortSignal): Promise<Hierarchy> {
  return buildHierarchy(store, await loadRootMetadata(store, signal), new Map(), signal);
}

function buildHierarchy(
  store: ReadableStore,
  root: RootMetadata,
  known: Map<string, ZarrNode | undefined>,
  signal: AbortSignal | undefined,
): Hierarchy {
  const { zarrFormat, consolidated, documents } = root;
  const load = zarrFormat === 3 ? loadV3 : loadV2;
  const document = async (key: string): Promise<JsonObject | undefined> => {
    const copy = documents.get(key);
    if (copy) return copy;
    const bytes = await readKey(store, `/${key}`, { signal, most: MOST_DOCUMENT_BYTES });
    return bytes && parseJsonObject(bytes, key);
  };
  return {
    store,
    zarrFormat,
    consolidated,
    withSignal: (other) => buildHierarchy(store, root, known, other),
    async node(path) {
      if (known.has(path)) return known.get(path);
      const node = await load(path, (name) => document(join(path, name)));
      known.set(path, node);
      return node;
    },
    async children(path) {
      const listed = await listNames(store, path, signal);
      if (!consolidated && !listed) return undefined;
      const names = childNames(documents.keys(), path);
      for (const name of listed ?? []) names.add(name);
      return [...names].sort();
    },
    below: (path) => buildHierarchy(storeBelow(store, path), rootBelow(root, path), new Map(), signal),
  };
}

function rootBelow({ zarrFormat, consolidated, documents }: RootMetadata, path: string): RootMetadata {
  const prefix = `${path}/`;
  const inner = [...documents].filter(([key]) => key.startsWith(prefix));
  return {
    zarrFormat,
    consolidated: consolidated && inner.length > 0,
    documents: new Map(inner.map(([key, document]) => [key.slice(prefix.length), document])),
  };
}

/** Joins path segments with slashes, passing over empty ones. */
export function join(...segments: string[]): string {
  return segments.filter((segment) => segment !== "").join("/");
}

type DocumentReader = (name: string) => Promise<JsonObject | undefined>;

async function loadV2(path: string, document: DocumentReader): Promise<ZarrNode | undefined> {
  const [array, group] = await settleAll([document(".zarray"), document(".zgroup")]);
  if (!array && !group) return undefined;
  const attributes = (await document(".zattrs")) ?? {};
  if (!array) return { kind: "group", path, attributes };
  return { kind: "array", path, attributes, metadata: parseArrayMetadata(array, 2, path) };
}

async function loadV3(path: string, document: DocumentReader): Promise<ZarrNode | undefined> {
  const node = await document("zarr.json");
  if (!node) return undefined;
  const attributes = isJsonObject(node.attributes) ? node.attributes : {};
  if (node.node_type === "group") return { kind: "group", path, attributes };
  if (node.node_type === "array") {
    return { kind: "array", path, attributes, metadata: parseArrayMetadata(node, 3, path) };
  }
  throw new FormatError({
    path: join(path, "zarr.json"),
    found: `the node type ${JSON.stringify(node.node_type)}`,
    expected: "array or group",
    remedy: "The store is damaged: write it again.",
  });
}

/** A store that fails to list is one that cannot: names are wanted for messages and summaries only. */
async function listNames(store: ReadableStore, path: string, signal?: AbortSignal) {
  const names = await store.list?.(`/${path}`, { signal }).catch(() => undefined);
  signal?.throwIfAborted();
  return names?.filter((name) => !name.startsWith(".") && name !== "zarr.json");
}

function childNames(keys: Iterable<string>, path: string): Set<string> {
  const prefix = path === "" ? "" : `${path}/`;
  const names = new Set<string>();
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const [name, rest] = key.slice(prefix.length).split("/", 2);
    if (rest !== undefined) names.add(name);
  }
  return names;
}
