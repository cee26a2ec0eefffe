import type { CsrChunk } from "@flashdeconv/core";

/** Some cells of a reference. */
export interface CellSample {
  /** Raw counts, a row per cell, over the genes that the reference was read for. */
  readonly counts: CsrChunk;
  /** For each row the number of its type among the names of the signature that was made with them. */
  readonly types: Int32Array;
}
