import { ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/** @throws ShapeError when rows of counts do not have one column per gene of the sketch. */
export function checkChunkWidth(counts: { readonly width: number }, geneCount: number): void {
  if (counts.width === geneCount) return;
  throw new ShapeError({
    subject: "counts",
    found: `${numbered(counts.width, "column")}`,
    expected: `one for each of the ${numbered(geneCount, "selected gene")}`,
    remedy: "Narrow the counts to the genes the sketch was built for, in the same order.",
  });
}

/** @throws ShapeError when the caller's output does not have the length to be written. */
export function checkOutLength(out: { readonly length: number }, expected: number): void {
  if (out.length === expected) return;
  throw new ShapeError({
    subject: "output",
    found: `${numbered(out.length, "item")}`,
    expected: `${expected}`,
    remedy: "Give an array, or a subarray, of just the length of this chunk's rows.",
  });
}
