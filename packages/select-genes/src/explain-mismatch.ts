import { NAME_DIFFERENCES, type NameDifference } from "./name-differences.js";

const ENSEMBL_ID = /^(?:(?:GRC[a-z]|hg|mm|rn)\d+[_-]+)?ENS[A-Z]*\d{6,}/i;

/** A cause that would still leave fewer names shared than this share of the smaller side is not worth naming. */
const WORTH_NAMING = 0.1;

/**
 * Says why few or no gene names of two sides agree, as sentences for a message: which difference, what share of the
 * smaller side's names would agree without it, and what to do. Names must be distinct within each side.
 */
export function explainMismatch(spatialNames: readonly string[], referenceNames: readonly string[]): string {
  const smallerSize = Math.max(1, Math.min(spatialNames.length, referenceNames.length));
  let best = { differences: [] as readonly NameDifference[], sharedCount: WORTH_NAMING * smallerSize };
  for (const differences of combinations()) {
    const undo = (name: string) => differences.reduce((current, { undo }) => undo(current), name);
    const sharedCount = countShared(spatialNames.map(undo), referenceNames.map(undo));
    if (sharedCount > best.sharedCount) best = { differences, sharedCount };
  }
  if (best.differences.length > 0) {
    const causes = best.differences.map(({ cause }) => cause).join(" and ");
    const share = formatShare(best.sharedCount / smallerSize);
    return [
      `The likely cause is ${causes}: without that ${share} of the smaller side's names would agree.`,
      "Write the names of both sides the same way.",
      ...best.differences.flatMap(({ caution }) => caution ?? []),
    ].join(" ");
  }

  const spatialShare = ensemblShare(spatialNames);
  const referenceShare = ensemblShare(referenceNames);
  if (Math.abs(spatialShare - referenceShare) > 0.5) {
    return (
      `The likely cause is Ensembl ids on one side and symbols on the other: ${formatShare(spatialShare)} of the spatial names ` +
      `and ${formatShare(referenceShare)} of the reference names are Ensembl ids. Most files hold both: use the same on both sides.`
    );
  }
  return "No difference of letter case, version suffix, genome prefix, replaced characters or kind of id explains it. Check that both sides are of one species and that their var index holds gene names.";
}

/** So many differences at once are tried; more than that are no longer an explanation. */
const MOST_AT_ONCE = 3;

/** Every set of a few differences, the smaller sets first, so that the simplest of equally good causes is named. */
function combinations(): readonly (readonly NameDifference[])[] {
  const sets = Array.from({ length: 2 ** NAME_DIFFERENCES.length - 1 }, (_, i) =>
    NAME_DIFFERENCES.filter((_, bit) => (i + 1) & (1 << bit)),
  );
  return sets.filter(({ length }) => length <= MOST_AT_ONCE).sort((a, b) => a.length - b.length);
}

function countShared(namesA: readonly string[], namesB: readonly string[]): number {
  const inB = new Set(namesB);
  return new Set(namesA.filter((name) => inB.has(name))).size;
}

function ensemblShare(names: readonly string[]): number {
  return names.filter((name) => ENSEMBL_ID.test(name)).length / Math.max(1, names.length);
}

function formatShare(share: number): string {
  return `${Math.round(100 * share)} %`;
}
