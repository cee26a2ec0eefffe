import type { Sketch } from "./build-sketch.js";
import { signatureGeneCount, sketchSignature } from "./sketch-signature.js";

/** All that the least-squares problem needs to know of the signature, and how to reduce a spot to K numbers. */
export interface SketchStatistics {
  /** K. */
  readonly typeCount: number;
  /** n, the number of selected genes. */
  readonly geneCount: number;
  /** (X S)(X S)', K x K, symmetric to the bit. */
  readonly gram: Float64Array;
  /** (X S S')', n x K with one row per gene: a spot's h is the sum of its genes' rows, weighted by its values. */
  readonly projection: Float64Array;
  /** The sketch in use; none means the exact statistics. */
  readonly sketch?: Sketch;
}

/**
 * Reduces the signature to what the solver needs. As S is fixed, H = (Y S)(X S)' = Y (X S S')': the second factor is made
 * here once, so that no N x d array is ever needed.
 *
 * @param values K x n normalised signature over the selected genes, row-major
 * @param typeCount K
 * @param sketch none for the exact statistics
 * @throws ShapeError when the lengths do not fit.
 */
export function buildStatistics(values: Float64Array, typeCount: number, sketch?: Sketch): SketchStatistics {
  const geneCount = signatureGeneCount(values, typeCount, sketch);
  const signature = sketchSignature(values, typeCount, sketch);
  const gram = gramMatrix(signature, typeCount);
  const projection = projectionOf(signature, typeCount, geneCount, sketch);
  return Object.freeze({ typeCount, geneCount, gram, projection, ...(sketch && { sketch }) });
}

function gramMatrix(rows: Float64Array, rowCount: number): Float64Array {
  const width = rows.length / rowCount;
  const gram = new Float64Array(rowCount * rowCount);
  for (let a = 0; a < rowCount; a++) {
    for (let b = a; b < rowCount; b++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += rows[a * width + i] * rows[b * width + i];
      gram[a * rowCount + b] = sum;
      gram[b * rowCount + a] = sum;
    }
  }
  return gram;
}

function projectionOf(
  signature: Float64Array,
  typeCount: number,
  geneCount: number,
  sketch?: Sketch,
): Float64Array {
  const width = signature.length / typeCount;
  const projection = new Float64Array(geneCount * typeCount);
  for (let gene = 0; gene < geneCount; gene++) {
    const column = sketch ? sketch.bucket[gene] : gene;
    const value = sketch ? sketch.value[gene] : 1;
    for (let type = 0; type < typeCount; type++) {
      projection[gene * typeCount + type] = value * signature[type * width + column];
    }
  }
  return projection;
}
