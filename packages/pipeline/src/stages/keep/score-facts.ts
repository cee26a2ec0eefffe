import type { Parameters } from "../../contracts/parameters.js";
import type { ReferenceScore } from "../../contracts/score.js";

/** A score as results and kept statistics have it. */
export function scoreFacts(score: ReferenceScore): Parameters {
  return {
    level: score.level,
    text: describeScore(score),
    explained: score.explained,
    scrambled: score.scrambled,
    evidence: score.evidence,
    bulk_correlation: score.bulkCorrelation,
    shared_counts: score.sharedCounts,
    group_count: score.groupCount,
  };
}

/** The score among the parameters of a run; undefined where there is none. */
export function scoreIn({ reference_score: facts }: Parameters): ReferenceScore | undefined {
  if (typeof facts !== "object" || facts === null) return undefined;
  const { level, evidence, group_count: groupCount, ...rest } = facts as Parameters;
  if (level !== "green" && level !== "amber" && level !== "red") return undefined;
  // Whole numbers come back from a store as they lie there.
  const numberOrNull = (value: unknown) =>
    typeof value === "number" || typeof value === "bigint" ? Number(value) : null;
  return {
    level,
    explained: numberOrNull(rest.explained),
    scrambled: numberOrNull(rest.scrambled),
    evidence: numberOrNull(evidence) ?? 0,
    bulkCorrelation: numberOrNull(rest.bulk_correlation),
    sharedCounts: numberOrNull(rest.shared_counts),
    groupCount: numberOrNull(groupCount) ?? 0,
  };
}

const percent = (share: number): string => `${Math.round(100 * share)}%`;

/** Whether counts, places and types were enough to tell how far the reference describes the section. */
export function isTold({ explained, scrambled, evidence }: ReferenceScore): boolean {
  const isMeasured = explained !== null && scrambled !== null;
  return isMeasured && evidence >= ENOUGH_EVIDENCE && explained >= LEAST_EXPLAINED;
}

/** What a score says, in words. */
export function describeScore({ level, explained, scrambled, evidence }: ReferenceScore): string {
  if (explained === null || scrambled === null) {
    return level === "red"
      ? `The reference does not describe this section: its genes are expressed in another order. ${DO_NOT}`
      : "Whether the reference describes this section cannot be told: too few counts, or too few types.";
  }
  const share = percent(explained);
  if (level === "green") return `The reference explains ${share} of the differences between places.`;
  if (level === "amber") {
    if (evidence < ENOUGH_EVIDENCE) {
      return `There are too few counts to tell whether the reference describes this section: of the little that they show it explains ${share}.`;
    }
    if (explained < LEAST_EXPLAINED) {
      return `There are too few places to tell whether the reference describes this section: it explains ${share} of the differences between them. Compare marker genes before you rely on it.`;
    }
    return `The reference explains only part (${share}) of the differences between places: types may be missing, or chemistry or tissue differ. Compare marker genes before you rely on it.`;
  }
  return `The reference does not describe this section: it explains ${share} of the differences between places that its types could explain (a reference with scrambled gene names: ${percent(scrambled)}). ${DO_NOT}`;
}

/** Standard errors that differences between places should be from none. */
export const ENOUGH_EVIDENCE = 4;

/** A reference that explains less does not describe the section, where there are places enough to tell. */
export const LEAST_EXPLAINED = 0.2;

const DO_NOT =
  "Do not use these proportions. Check gene identifiers, species, tissue and the labels of the cells.";
