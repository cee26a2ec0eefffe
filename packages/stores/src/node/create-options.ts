import type { ListedStore } from "../store.js";
import type { StoreAccess } from "../store-access.js";
import type { StoreFormat } from "../store-format.js";
import type { LockOptions } from "./heartbeat.js";

export interface CreateStoreOptions {
  /** What is told of the files that will lie there, and tells a store that may be replaced. */
  readonly format: StoreFormat;
  /** Replace a store that is already there; a function may refuse that. False by default. */
  readonly overwrite?: boolean | RefuseToReplace;
  /**
   * What messages call a store that is already there, as "a finished result"; "a store" by default. Throws where `overwrite` would not
   * help: nobody should be advised to.
   */
  readonly describe?: (store: ListedStore, name: string) => Promise<string>;
  /** Make the folder that a path is to lie in, where it is missing; it goes again with `discard`. False by default. */
  readonly makeFolders?: boolean;
  /** How a place in an object store is reached. */
  readonly access?: StoreAccess;
  /** What to do while it is seen whether another run, of which this machine knows nothing, is still at work there. */
  readonly lock?: LockOptions;
}

/** Throws where the store that is to be replaced has to stay; `name` is what people call it. */
export type RefuseToReplace = (store: ListedStore, name: string) => Promise<void>;

/** What decides whether something that is there may be replaced, and what it is called. */
export type Existing = Required<Pick<CreateStoreOptions, "format" | "overwrite" | "describe">>;
