import { ShapeError } from "@flashdeconv/core";

/** @throws ShapeError when rows of counts do not have one column per gene of the sketch. */
export function checkChunkWidth(counts: { readonly width: number }, geneCount: number): void {
  if (counts.width === geneCount) return;
  throw new ShapeError({
    subject: "counts",
    found: `${counts.width} columns`,
    expected: `one for each of the ${geneCount} selected genes`,
    remedy: "Narrow the counts to the genes the sketch was built for, in the same order.",
  });
}

/** @throws ShapeError when the caller's output does not have the length to be written. */
export function checkOutLength(out: { readonly length: number }, expected: number): void {
  if (out.length === expected) return;
  throw new ShapeError({
    subject: "output",
    found: `${out.length} items`,
    expected: `${expected}`,
    remedy: "Give an array, or a subarray, of just the length of this chunk's rows.",
  });
}
