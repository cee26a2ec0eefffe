import type { CsrChunk } from "@flashdeconv/core";
import { type CountSampler, takeCounts } from "./count-sampler.js";

/** Rows `start .. end - 1`: `draw` puts the counts of one row into the sampler, from where they are taken in order. */
export function buildCsrChunk(
  sampler: CountSampler,
  start: number,
  end: number,
  draw: (row: number) => void,
): CsrChunk {
  const { geneCount } = sampler;
  const indptr = new Int32Array(end - start + 1);
  const capacity = Math.max(4096, geneCount);
  let indices = new Int32Array(capacity);
  let values = new Float32Array(capacity);
  let used = 0;
  for (let row = start; row < end; row++) {
    if (used + geneCount > indices.length) {
      const grown = new Int32Array(2 * indices.length);
      const grownValues = new Float32Array(2 * values.length);
      grown.set(indices);
      grownValues.set(values);
      indices = grown;
      values = grownValues;
    }
    draw(row);
    used = takeCounts(sampler, indices, values, used);
    indptr[row - start + 1] = used;
  }
  return {
    kind: "csr",
    spotStart: start,
    spotCount: end - start,
    width: geneCount,
    indptr,
    indices: indices.slice(0, used),
    values: values.slice(0, used),
  };
}
