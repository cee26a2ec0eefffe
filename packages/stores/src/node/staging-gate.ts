import { join } from "node:path";
import { StoreError } from "@flashdeconv/core";
import type { StoreKey } from "../staged-store.js";
import { asStoreError, diskFull, isDiskFull } from "./file-errors.js";

/** Lets changes through until a commit or discard, and turns what the file system refuses into a StoreError. */
export interface StagingGate {
  /** The file of a key below `root`. Throws StoreError for a key that would lead out of it. */
  file(root: string, key: StoreKey): string;
  /** @param bytes that the operation writes, told if there is no room for them */
  change(operation: () => Promise<void>, bytes?: number): Promise<void>;
  commit(operation: () => Promise<void>): Promise<void>;
  discard(operation: () => Promise<void>): Promise<void>;
  isCommitted(): boolean;
}

/**
 * @param path the store's path as the user gave it, for messages
 * @param place a folder of the file system that is written to
 */
export function openGate(path: string, place: string): StagingGate {
  let state: "open" | "committed" | "discarded" = "open";
  const change = async (operation: () => Promise<void>, bytes?: number) => {
    if (state !== "open") throw closed(path, state);
    await asStoreError(path, async () => {
      try {
        await operation();
      } catch (error) {
        throw isDiskFull(error) ? await diskFull(path, error, { place, bytes }) : error;
      }
    });
  };
  return {
    file(root, key) {
      const parts = key.slice(1).split("/");
      if (parts.some((part) => part === "" || part === "." || part === "..")) throw badKey(path, key);
      return join(root, ...parts);
    },
    change,
    async commit(operation) {
      await change(operation);
      state = "committed";
    },
    async discard(operation) {
      if (state !== "open") return;
      state = "discarded";
      await asStoreError(path, operation);
    },
    isCommitted: () => state === "committed",
  };
}

function closed(path: string, state: string): StoreError {
  return new StoreError({
    path,
    found: `a change after the store was ${state}`,
    expected: "changes before that only",
    remedy: "Open the store again.",
  });
}

function badKey(path: string, key: string): StoreError {
  return new StoreError({
    path,
    found: `the key ${JSON.stringify(key)}`,
    expected: "names between single slashes",
    remedy: "Use keys without empty parts and dots alone.",
  });
}
