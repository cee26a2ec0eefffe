import type { ReadableStore } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";

/** Opens the store at `path` for as long as `work` takes. */
export async function withStore<T>(path: string, work: (store: ReadableStore) => Promise<T>): Promise<T> {
  const store = await openStore(path);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
