/** How estimates mistake types for each other at the depth of some spots. K types. */
export interface ConfusionStratum {
  /** The least depth of these spots. */
  readonly least: number;
  /** The middle one. */
  readonly depth: number;
  /** K x K: T'T of the true proportions T of these spots. */
  readonly truths: Float64Array;
  /** K x K: T'P of the truths and the estimates P. */
  readonly crossed: Float64Array;
}

/** Which types are mistaken for each other, by depth, shallow first. K types. */
export interface TypeConfusion {
  /** K */
  readonly typeNames: readonly string[];
  /** K: whether there were cells to try a type with. */
  readonly isJudged: readonly boolean[];
  /** None where fewer than two types could be tried. */
  readonly strata: readonly ConfusionStratum[];
}
