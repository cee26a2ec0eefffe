import { type ChunkSource, type CsrChunk, mapChunks, OptionError, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { logCpmInPlace } from "./log-cpm.js";
import type { Normalization } from "./normalization.js";
import { pearsonInPlace } from "./pearson.js";

export interface NormalizedOptions {
  /** Storage of the normalised values. `"float64"` by default; `"float32"` halves the memory and rounds at 6e-8. */
  readonly precision?: "float64" | "float32";
}

/**
 * A view of `source` (spots x selected genes, raw counts) with every spot normalised. The library size of a spot is the sum of
 * the genes of `source`, so narrow it to the selected genes first. Values are Float64Array, or Float32Array on request.
 *
 * @throws OptionError when the precision is neither of the two.
 * @throws ShapeError when a pearson scale has another number of genes than the source.
 */
export function normalized(
  source: ChunkSource<CsrChunk>,
  normalization: Normalization,
  options: NormalizedOptions = {},
): ChunkSource<CsrChunk> {
  const { precision = "float64" } = options;
  if (precision !== "float64" && precision !== "float32") {
    throw new OptionError({ option: "precision", value: precision, rule: '"float64" or "float32"' });
  }
  checkGeneCount(normalization, source.width);
  const Storage = precision === "float64" ? Float64Array : Float32Array;
  return mapChunks(source, (chunk) => {
    const values = chunk.values instanceof Storage ? chunk.values : new Storage(chunk.values);
    const converted: CsrChunk = { ...chunk, values };
    normalizeInPlace(converted, normalization);
    return converted;
  });
}

/** Transforms the chunk's own values, keeping their precision. */
export function normalizeInPlace(chunk: CsrChunk, normalization: Normalization): void {
  if (normalization.kind === "log-cpm") logCpmInPlace(chunk, normalization);
  else if (normalization.kind === "pearson") pearsonInPlace(chunk, normalization);
}

function checkGeneCount(normalization: Normalization, geneCount: number): void {
  if (normalization.kind !== "pearson" || normalization.scale.length === geneCount) return;
  throw new ShapeError({
    subject: "pearson scale",
    found: `${numbered(normalization.scale.length, "gene")}`,
    expected: `${numbered(geneCount, "gene")}, those of the source`,
    remedy: "Build the scale from the means of the genes the source was narrowed to.",
  });
}
