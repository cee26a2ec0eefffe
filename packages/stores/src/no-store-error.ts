import { StoreError } from "@flashdeconv/core";
import type { FileContent } from "./file-content.js";

/** What lies at a place: nothing, a folder that is no store, or a file of some content. */
export type FoundThing = "nothing" | "folder" | FileContent;

/** Thrown where something else than a store lies, or nothing. Whoever reads more than stores may tell more of it. */
export class NoStoreError extends StoreError {
  readonly thing: FoundThing;
  constructor(parts: ConstructorParameters<typeof StoreError>[0] & { readonly thing: FoundThing }) {
    super(parts);
    this.name = "StoreError";
    this.thing = parts.thing;
  }
}

/** What is found where a path leads to a pipe, a device or a socket. */
export const NO_FILE = "neither a file nor a folder";
export const NO_FILE_REMEDY = "Save what it yields as a file, which is read from many places at once.";
