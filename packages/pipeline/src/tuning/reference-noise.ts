import type { ReferenceSignature } from "@flashdeconv/core";
import { symmetricEigen } from "@flashdeconv/solver/internal";
import type { CountModel } from "@flashdeconv/solver-weighted";

/** Of a direction's length in the Gram matrix, this share at most may be taken for noise. */
const MOST_NOISE = 0.5;

/**
 * What the counting noise of the types' means adds to the diagonal of the Gram matrix X W X': a mean share that rests on m counts has
 * variance x^2 / m. Thousands of genes add up: with 150,000 counts a type it can be a third of what tells types apart.
 *
 * @param cellCounts cells of each type by name, whose mean whole counts the signature has
 */
export function referenceNoise(
  { typeCount, geneCount, profiles, projection }: CountModel,
  signature: ReferenceSignature,
  cellCounts: ReadonlyMap<string, number>,
): Float64Array {
  return Float64Array.from(signature.typeNames, (name, k) => {
    const cellCount = cellCounts.get(name) ?? 0;
    let noise = 0;
    for (let g = 0; g < geneCount; g++) {
      const counts = cellCount * signature.values[k * geneCount + g];
      if (counts > 0) noise += (projection[g * typeCount + k] * profiles[k * geneCount + g]) / counts;
    }
    return noise;
  });
}

/**
 * The Gram matrix that means without noise would have. Where the noise is more than half of some direction, as between types that are nearly
 * the same, less is taken away from all.
 */
export function withoutNoise(gram: Float64Array, noise: Float64Array): Float64Array {
  const typeCount = noise.length;
  if (!noise.every((value) => value > 0)) return gram;
  const perNoise = gram.map(
    (value, i) => value / Math.sqrt(noise[Math.floor(i / typeCount)] * noise[i % typeCount]),
  );
  const least = Math.min(...symmetricEigen(perNoise, typeCount).values);
  const share = Math.max(0, Math.min(1, MOST_NOISE * least));
  return gram.map((value, i) => (i % (typeCount + 1) === 0 ? value - share * noise[i % typeCount] : value));
}
