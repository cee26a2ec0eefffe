/** Names of a set's types, those with most first. */
export const PLACES = ["first", "second", "third", "fourth"];

/** The names of the tables that say what set of at most so many types a spot has: columns of obs. */
export function setTableNames(mostTypes: number | undefined): string[] {
  if (mostTypes === undefined) return [];
  const places = PLACES.slice(0, mostTypes);
  return ["class", "class_score", ...places, ...places.map((place) => `other_${place}`)];
}

/** All that such tables may be called. */
export const SET_TABLES: readonly string[] = setTableNames(PLACES.length);

/** The level down to which a spot is resolved. */
export const RESOLVED = "resolved_level";

/** What the reference leaves unexplained of a spot. */
export const UNEXPLAINED = "unexplained";

/** Tables of one number per spot that every result has: columns of obs. */
export const SPOT_COLUMNS: readonly string[] = ["dominant", "status", "counts"];
/** As these, of results from before there was one left out. */
export const LATER_COLUMNS: readonly string[] = ["entropy"];
/** All tables that are columns of obs. */
export const OBS_TABLES: readonly string[] = [
  ...SPOT_COLUMNS,
  ...LATER_COLUMNS,
  UNEXPLAINED,
  ...SET_TABLES,
  RESOLVED,
];

/** Names of the tables of intervals: the ends of each proportion's. */
export const INTERVAL_TABLES = ["low", "high"] as const;
/** Tables beside the proportions with a column for each type. */
export const TYPE_TABLES: readonly string[] = [...INTERVAL_TABLES, "cells"];
