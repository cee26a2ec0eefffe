import { gramEigen, type SymmetricEigen } from "./symmetric-eigen.js";

/** A Gram matrix under which every problem has one answer. */
export interface DeterminedGram {
  /** K x K; the matrix that was given, to the bit, where the data determine all directions. */
  readonly gram: Float64Array;
  readonly eigen: SymmetricEigen;
  /** Directions that were not determined: those of the first so many eigenvectors. */
  readonly liftedCount: number;
  /** Least eigenvalue, above 0 unless the matrix is 0. */
  readonly smallest: number;
  /** How much the relative rounding of statistics can grow in proportions: greatest over least eigenvalue. */
  readonly conditioning: number;
}

/**
 * Directions below this share of the mean diagonal are taken as not determined: types that differ there differ by a tenth of a per
 * cent, which no counts show.
 */
const UNDETERMINED = 1e-6;
/** The same next to the pull of neighbours, where all the spots that would have to speak for it are more than a section has. */
const UNDETERMINED_BY_PULL = 1e-6;
/** But never above this share of the mean diagonal: these directions are for the data to decide. */
const DETERMINED = 1e-4;
/** What takes their place: enough that the rounding of single precision does not decide, and neighbours settle soon. */
const LIFTED = 1e-3;
const LIFTED_BY_PULL = 1e-2;

/**
 * The Gram matrix with its undetermined directions lifted: types that are equal, or mixtures of others, have many answers that fit
 * alike. Of these the lifted matrix chooses the one nearest to equal shares, whatever the order of the types. Where all
 * directions are determined the matrix stays as it is.
 *
 * @param shift weight of a spot's neighbours, on the scale of the matrix
 */
export function determineGram(gram: Float64Array, typeCount: number, shift: number): DeterminedGram {
  const eigen = gramEigen(gram, typeCount);
  const { values, vectors } = eigen;
  const mean = values.reduce((sum, value) => sum + value, 0) / typeCount;
  const least = Math.min(Math.max(UNDETERMINED * mean, UNDETERMINED_BY_PULL * shift), DETERMINED * mean);
  const liftedCount = values.findIndex((value) => value >= least);
  if (liftedCount <= 0 || !(mean > 0)) return determined(gram, eigen, 0);
  const level = Math.min(Math.max(LIFTED * mean, LIFTED_BY_PULL * shift), values[liftedCount]);
  const lifted = gram.slice();
  for (let i = 0; i < liftedCount; i++) {
    const vector = vectors.subarray(i * typeCount, (i + 1) * typeCount);
    for (let k = 0; k < typeCount; k++) {
      for (let l = 0; l < typeCount; l++) {
        lifted[k * typeCount + l] += (level - values[i]) * vector[k] * vector[l];
      }
    }
  }
  const raised = values.map((value) => Math.max(value, level));
  return determined(lifted, { values: raised, vectors }, liftedCount);
}

function determined(gram: Float64Array, eigen: SymmetricEigen, liftedCount: number): DeterminedGram {
  const smallest = Math.max(0, eigen.values[0]);
  const conditioning = smallest > 0 ? eigen.values[eigen.values.length - 1] / smallest : 0;
  return { gram, eigen, liftedCount, smallest, conditioning };
}
