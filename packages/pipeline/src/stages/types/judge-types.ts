import type { TypeConfusion } from "../../contracts/confusion.js";
import {
  CONFUSED,
  type ConfusedPair,
  confusedPairs,
  confusionTable,
  recallOf,
  WEAK,
} from "./judge-confusion.js";

/** What is to be said of types by how they are mistaken. */
export interface TypeVerdicts {
  /** K: how much of each type is found where it is; undefined for one that could not be tried. */
  readonly found: readonly (number | undefined)[];
  /** Pairs that cannot be told apart, most confused first. */
  readonly confused: readonly ConfusedPair[];
  /** Pairs that are often confused. */
  readonly often: readonly ConfusedPair[];
  /** Types that are mostly not found where they are. */
  readonly weak: readonly number[];
}

/** Judges types over all depths together. */
export function judgeTypes(confusion: TypeConfusion): TypeVerdicts {
  const { typeNames, strata } = confusion;
  if (strata.length === 0)
    return { found: typeNames.map(() => undefined), confused: [], often: [], weak: [] };
  const table = confusionTable(confusion);
  const found = typeNames.map((_, k) => {
    const recall = recallOf(table, k);
    return Number.isNaN(recall) ? undefined : recall;
  });
  const pairs = confusedPairs(table);
  return {
    found,
    confused: pairs.filter(({ share }) => share >= CONFUSED),
    often: pairs.filter(({ share }) => share < CONFUSED),
    weak: Array.from(found.keys()).filter((k) => (found[k] ?? 1) < WEAK),
  };
}
