import { ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";

/** Throws ShapeError unless `found` is `expected`. */
export function checkLength(subject: string, found: number, expected: number): void {
  if (found === expected) return;
  throw new ShapeError({
    subject,
    found: `${numbered(found, "item")}`,
    expected: `${expected}`,
    remedy: "Give one item per spot (per gene, for gene names), in the order of the store.",
  });
}
