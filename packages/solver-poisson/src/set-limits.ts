/** What decides between sets of types. All are differences of log-likelihood, but for the least share. */
export const SET_LIMITS = Object.freeze({
  /** What a spot may have of a type that none of its neighbours shows, before its counts are looked at. */
  leastPrior: 0.01,
  /** A further type must raise the likelihood by so much for each count: errors of the reference look like some of another type, the more the deeper a spot. */
  costPerCount: 0.01,
  /** Of that so much is let off, as either of two types may be the first. */
  further: 1,
  /** A type is certain where the best set without it is worse by so much. */
  certain: 3,
  /** Most types that may be asked for. */
  mostTypes: 4,
});

/** What each type after the first takes from a set's score. */
export function costOf(total: number): number {
  return Math.max(0, SET_LIMITS.costPerCount * total - SET_LIMITS.further);
}

/** Numbers of a spot that has its set: how many of its types are certain, its score, and three times the set's types: codes, expected counts, and the codes of the second-best set. */
export function setRowWidth(mostTypes: number): number {
  return 2 + 3 * mostTypes;
}
