import type { StagedStore } from "@flashdeconv/stores";

/** The store, which notes that it is about to be committed. */
export function noting(store: StagedStore, note: () => Promise<void>): StagedStore {
  return {
    ...store,
    async commit() {
      await note();
      await store.commit();
    },
  };
}
