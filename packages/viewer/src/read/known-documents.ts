import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { MOST_DOCUMENT_BYTES, readKey } from "@flashdeconv/stores/internal";

const DOCUMENTS = [".zgroup", ".zarray", ".zattrs"];

/**
 * The same store, which answers from the consolidated metadata of Zarr v2 what these tell of a node, so that none of its documents is asked
 * for, there or not. Without them it is as it was.
 */
export async function withKnownDocuments(
  store: ReadableStore,
  { signal }: ReadOptions = {},
): Promise<ReadableStore> {
  const bytes = await readKey(store, "/.zmetadata", { signal, most: MOST_DOCUMENT_BYTES });
  const copies = bytes && copiesIn(bytes);
  if (copies === undefined) return store;
  const nodes = new Set([...copies.keys()].map((key) => key.slice(0, key.lastIndexOf("/") + 1)));
  const isKnown = (node: string, name: string) =>
    nodes.has(node) && (DOCUMENTS.includes(name) || (node === "" && name === "zarr.json"));
  // Not spread: a store may be an object of a class.
  const { name: called, readAheadBytes, mostBytes, givesAway } = store;
  return {
    ...{ name: called, readAheadBytes, mostBytes, givesAway },
    ...(store.getRange && { getRange: (key, range, options) => store.getRange!(key, range, options) }),
    ...(store.list && { list: (path, options) => store.list!(path, options) }),
    async get(key, options) {
      if (key === "/.zmetadata") return bytes;
      const at = key.lastIndexOf("/") + 1;
      if (!isKnown(key.slice(1, at), key.slice(at))) return store.get(key, options);
      const copy = copies.get(key.slice(1));
      return copy === undefined ? undefined : new TextEncoder().encode(JSON.stringify(copy));
    },
  };
}

/** Undefined where they cannot be used: each node has documents of its own. */
function copiesIn(bytes: Uint8Array): ReadonlyMap<string, unknown> | undefined {
  try {
    const { metadata } = JSON.parse(new TextDecoder().decode(bytes));
    const copies = new Map(Object.entries(metadata as object));
    return copies.has(".zgroup") ? copies : undefined;
  } catch {
    return undefined;
  }
}
