import type { StatArray } from "@flashdeconv/solver";

/**
 * Genes that vary together over the section beyond what mixes of the types explain, as K numbers and their products: a spot of n counts
 * and proportions p is expected to have the sum n p'means of loadings, with the variance n p'squares + phi n^2 p' products p.
 */
export interface ResidualProgramme {
  /** Those with the greatest loadings, greatest first. */
  readonly genes: readonly string[];
  /** K: mean loading of a count of each type. */
  readonly means: Float64Array;
  /** K: mean squared loading. */
  readonly squares: Float64Array;
  /** K x K: sums over genes of squared loadings times the shares that two types have of them. */
  readonly products: Float64Array;
  /** phi */
  readonly overdispersion: number;
}

/** A programme as it is found, with the loading of each gene in use. */
export interface FoundProgramme extends ResidualProgramme {
  /** G */
  readonly loadings: Float64Array;
}

/** A programme and what a section has of it. */
export interface SectionProgramme extends ResidualProgramme {
  /** N: sums of loadings over the counts of each spot. */
  readonly sums: StatArray;
}
