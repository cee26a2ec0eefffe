import type { ReadableStore } from "./store.js";

/** A key of a store: an absolute path with `/` between its parts. */
export type StoreKey = `/${string}`;

/**
 * A store that is changed as one whole: nothing that `set` and `delete` do is seen by others before `commit`, and
 * `discard` forgets it all. Its own `get` sees the changes at once.
 *
 * Every method throws StoreError where the medium refuses (no permission, disk full). The stores of
 * `@flashdeconv/stores/node` take no more changes after `commit` or `discard`.
 */
export interface StagedStore extends ReadableStore {
  /** Names directly below a path, changes included; none if there is nothing. */
  list(path: StoreKey): Promise<readonly string[]>;
  /** Whether it keeps nothing of what `set` was given once that has resolved: the memory may then be given back; false by default. */
  readonly forgets?: boolean;
  /** The store may keep `bytes`, unless it `forgets`: do not change the array afterwards. */
  set(key: StoreKey, bytes: Uint8Array): Promise<void>;
  /** Removes the key and everything below it, if there is anything. */
  delete(prefix: StoreKey): Promise<void>;
  /** Makes all changes visible. If it throws, none of them is. */
  commit(): Promise<void>;
  /** Forgets all changes that are not committed. */
  discard(): Promise<void>;
}
