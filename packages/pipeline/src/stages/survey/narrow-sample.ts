import type { CsrChunk } from "@flashdeconv/core";
import { buildRenumbering, renumberInPlace } from "@flashdeconv/select-genes/internal";

/** The sample over certain genes, in memory of its own. */
export function narrow(sample: CsrChunk, genes: Int32Array): CsrChunk {
  const { indptr, indices, values } = sample;
  const copy = { ...sample, indptr: indptr.slice(), indices: indices.slice(), values: values.slice() };
  return renumberInPlace(copy, buildRenumbering(genes, sample.width));
}
