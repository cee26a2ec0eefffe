import type { StagedStore, StoreKey } from "./staged-store.js";

/** A store in memory, for browsers and tests: empty at first, and open for further changes after each commit. */
export function memoryStore(): StagedStore & { keys(): string[] } {
  let committed = new Map<string, Uint8Array>();
  let draft: Map<string, Uint8Array> | undefined;
  const current = () => draft ?? committed;
  const changes = () => {
    draft ??= new Map(committed);
    return draft;
  };
  return {
    async get(key) {
      return current().get(key);
    },
    async list(path) {
      const prefix = path === "/" ? path : `${path}/`;
      const below = [...current().keys()].filter((key) => key.startsWith(prefix));
      return [...new Set(below.map((key) => key.slice(prefix.length).split("/")[0]))];
    },
    async set(key, bytes) {
      changes().set(key, bytes);
    },
    async delete(prefix: StoreKey) {
      for (const key of [...changes().keys()]) {
        if (key === prefix || key.startsWith(`${prefix}/`)) changes().delete(key);
      }
    },
    async commit() {
      committed = current();
      draft = undefined;
    },
    async discard() {
      draft = undefined;
    },
    /** The keys that a commit has made visible. */
    keys: () => [...committed.keys()],
  };
}
