import type { memoryStore } from "@flashdeconv/stores";

export type MemoryStore = ReturnType<typeof memoryStore>;

/** A metadata document of a store. */
export async function readDocument(store: MemoryStore, key: `/${string}`): Promise<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(await store.get(key))) as Record<string, unknown>;
}

/** All that is in a store, for comparing. */
export async function snapshot(store: MemoryStore): Promise<Record<string, string>> {
  const entries = store.keys().map(async (key) => {
    const bytes = (await store.get(key as `/${string}`)) ?? new Uint8Array();
    return [key, Buffer.from(bytes).toString("base64")] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The documents that consolidated metadata repeats, and those that lie in the store, both by key without the slash. */
export async function consolidatedAndPlain(store: MemoryStore, zarrFormat: 2 | 3) {
  const names = zarrFormat === 2 ? [".zgroup", ".zarray", ".zattrs"] : ["zarr.json"];
  const plain: Record<string, unknown> = {};
  for (const key of store.keys()) {
    if (names.some((name) => key.endsWith(`/${name}`)) && key !== "/zarr.json") {
      plain[key.slice(1)] = await readDocument(store, key as `/${string}`);
    }
  }
  if (zarrFormat === 2) {
    return { plain, consolidated: (await readDocument(store, "/.zmetadata")).metadata };
  }
  const root = await readDocument(store, "/zarr.json");
  const { metadata } = root.consolidated_metadata as { metadata: Record<string, Record<string, unknown>> };
  const entries = Object.entries(metadata).map(([path, { consolidated_metadata: _, ...document }]) => [
    `${path}/zarr.json`,
    document,
  ]);
  return { plain, consolidated: Object.fromEntries(entries) as unknown };
}
