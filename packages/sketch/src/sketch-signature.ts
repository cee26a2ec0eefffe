import { ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { Sketch } from "./build-sketch.js";

/**
 * The signature in sketch space, X S.
 *
 * @param values K x n normalised signature over the selected genes, row-major
 * @param typeCount K
 * @param sketch without one S is the identity, and `values` itself is returned
 * @returns K x d, row-major
 * @throws ShapeError when the lengths do not fit.
 */
export function sketchSignature(values: Float64Array, typeCount: number, sketch?: Sketch): Float64Array {
  const geneCount = signatureGeneCount(values, typeCount, sketch);
  if (!sketch) return values;
  const { bucket, value, dimension } = sketch;
  const sketched = new Float64Array(typeCount * dimension);
  for (let type = 0; type < typeCount; type++) {
    for (let gene = 0; gene < geneCount; gene++) {
      sketched[type * dimension + bucket[gene]] += values[type * geneCount + gene] * value[gene];
    }
  }
  return sketched;
}

/** Number of genes of a K x n signature, checked against the sketch. */
export function signatureGeneCount(values: Float64Array, typeCount: number, sketch?: Sketch): number {
  const geneCount = sketch ? sketch.bucket.length : values.length / typeCount;
  const whole =
    Number.isInteger(typeCount) && typeCount >= 1 && Number.isInteger(geneCount) && geneCount >= 1;
  if (whole && values.length === typeCount * geneCount) return geneCount;
  throw new ShapeError({
    subject: "signature",
    found: `${numbered(values.length, "value")} for ${numbered(typeCount, "type")}`,
    expected: sketch
      ? `one value per type and each of the sketch's ${numbered(geneCount, "gene")}`
      : "one value per type and gene",
    remedy: "Give the normalised signature over the selected genes, one row per type.",
  });
}
