import type { StagedStore, StoreKey } from "@flashdeconv/stores";
import { storeBelow } from "../store-below.js";

/** The part of a staged store below a path, as one of its own. `commit` and `discard` are those of the whole. */
export function stagedBelow(store: StagedStore, path: string): StagedStore {
  if (path === "") return store;
  const inner = (key: StoreKey): StoreKey => `/${path}${key === "/" ? "" : key}`;
  return {
    ...storeBelow(store, path),
    ...(store.forgets !== undefined && { forgets: store.forgets }),
    list: (key) => store.list(inner(key)),
    set: (key, bytes) => store.set(inner(key), bytes),
    delete: (prefix) => store.delete(inner(prefix)),
    commit: () => store.commit(),
    discard: () => store.discard(),
  };
}
