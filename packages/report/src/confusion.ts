import { factsOfSections } from "./facts-of-sections.js";
import type { ReportInput } from "./report-input.js";

/** Two types that are taken for each other: half where nothing tells them apart. */
export interface MistakenPair {
  readonly a: number;
  readonly b: number;
  readonly share: number;
}

/** How types were mistaken in a trial at the section's depths, as a run records it; of several sections the worst of each. K types. */
export interface Confusion {
  /** The most confused first. */
  readonly pairs: readonly MistakenPair[];
  /** Types that are mostly not found where they are. */
  readonly weak: readonly number[];
  /** K: how much of each is found where it is, NaN where it could not be tried; undefined in results that do not say. */
  readonly found: readonly number[] | undefined;
}

/** From here on two types cannot be told apart; pairs of less are often confused. */
export const CONFUSED = 0.3;

/** Undefined where types were not tried, or nothing is to be said of them. */
export function confusionIn({
  parameters,
  typeNames,
  referenceScores = [],
}: ReportInput): Confusion | undefined {
  const all = factsOfSections({ parameters }).flatMap(({ facts }) => trialIn(facts, typeNames) ?? []);
  const isDescribed = referenceScores.length === 0 || referenceScores.some(({ level }) => level !== "red");
  if (all.length === 0 || !isDescribed) return undefined;
  const pairs = new Map<string, MistakenPair>();
  for (const pair of all.flatMap((trial) => trial.pairs)) {
    const key = `${pair.a} ${pair.b}`;
    if (pair.share > (pairs.get(key)?.share ?? 0)) pairs.set(key, pair);
  }
  const tables = all.flatMap(({ found }) => (found === undefined ? [] : [found]));
  const found =
    tables.length === 0 ? undefined : typeNames.map((_, k) => leastOf(tables.map((one) => one[k])));
  if (found?.every(Number.isNaN)) return undefined;
  return {
    pairs: [...pairs.values()].sort(
      (one, other) => other.share - one.share || one.a - other.a || one.b - other.b,
    ),
    weak: [...new Set(all.flatMap(({ weak }) => weak))].sort((a, b) => a - b),
    found,
  };
}

function trialIn(
  facts: Readonly<Record<string, unknown>>,
  typeNames: readonly string[],
): Confusion | undefined {
  const { confused_types: text, weak_types: weak, types_found: found } = facts;
  if (typeof text !== "string") return undefined;
  const places = new Map(typeNames.map((name, k) => [name, k]));
  const pairs = listIn(text).flatMap((one): MistakenPair[] => {
    const [first, second, share] = Array.isArray(one) ? one : [];
    const [a, b] = [places.get(first), places.get(second)];
    return a === undefined || b === undefined || !(share > 0) ? [] : [{ a, b, share }];
  });
  return {
    pairs,
    weak: Array.isArray(weak) ? weak.flatMap((name) => places.get(name) ?? []) : [],
    found: found instanceof Float64Array && found.length === typeNames.length ? [...found] : undefined,
  };
}

function listIn(text: string): readonly unknown[] {
  try {
    const list = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function leastOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? Number.NaN : Math.min(...known);
}

/** Types that no chain of confused pairs divides, the most confused group first, each with its shares from the least to the greatest. */
export function confusedGroups({ pairs }: Pick<Confusion, "pairs">): {
  readonly types: readonly number[];
  readonly least: number;
  readonly most: number;
}[] {
  const groups: { types: Set<number>; least: number; most: number }[] = [];
  for (const { a, b, share } of pairs) {
    if (share < CONFUSED) continue;
    const touched = groups.filter(({ types }) => types.has(a) || types.has(b));
    const [first = { types: new Set<number>(), least: share, most: share }, second] = touched;
    if (touched.length === 0) groups.push(first);
    for (const type of [a, b, ...(second?.types ?? [])]) first.types.add(type);
    first.least = Math.min(first.least, share, second?.least ?? share);
    first.most = Math.max(first.most, share);
    if (second) groups.splice(groups.indexOf(second), 1);
  }
  return groups.map(({ types, least, most }) => ({ types: [...types].sort((a, b) => a - b), least, most }));
}
