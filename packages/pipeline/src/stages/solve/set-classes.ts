/** Names of sets by their size: what a spot of one type, of two and so on is called. */
const SIZES = ["singlet", "doublet", "triplet", "quartet"];
const REJECT = "reject";

/** What a spot's set can be, where it has at most so many types. */
export function setClasses(mostTypes: number): string[] {
  const larger = SIZES.slice(1, mostTypes).flatMap((name) => [`${name} certain`, `${name} uncertain`]);
  return [SIZES[0], ...larger, REJECT];
}

/**
 * The class of a set, as its place among `setClasses`: certain where all its types are, uncertain where some are, "reject" where none is. -1 for
 * no type.
 */
export function classOf(size: number, certain: number, mostTypes: number): number {
  if (size === 0) return -1;
  if (certain === 0) return 2 * mostTypes - 1;
  if (size === 1) return 0;
  return 2 * size - 3 + (certain < size ? 1 : 0);
}
