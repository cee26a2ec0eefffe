import type { Parameters } from "@flashdeconv/pipeline";
import type { ScoredSection } from "@flashdeconv/results/internal";
import { formatPercent } from "@flashdeconv/results/internal";
import { EXIT_CODES } from "../exit-codes.js";

/** Levels of a score that a script may ask to fail for, and those that fail with each. */
export const FAIL_ON = { red: ["red"], amber: ["amber", "red"] } as const;
export type FailOn = keyof typeof FAIL_ON;

function scoreOf({ facts }: ScoredSection): Parameters | undefined {
  const score = facts.reference_score;
  return typeof score === "object" && score !== null ? (score as Parameters) : undefined;
}

/** Whether the reference describes none of the sections, so that nothing is to be said of types. */
export function isMismatch(sections: readonly ScoredSection[]): boolean {
  return sections.every((section) => scoreOf(section)?.level === "red");
}

/** What the score of each section says. */
export function scoreLines(sections: readonly ScoredSection[]): string[] {
  return sections.flatMap((section) => {
    const score = scoreOf(section);
    if (!score) return [];
    const name = section.name === undefined ? "" : `${section.name}: `;
    const shared = score.shared_counts;
    const genes =
      typeof shared === "number"
        ? [`${name}${formatPercent(shared)} of counts are in genes that the reference has`]
        : [];
    return [`${name}reference ${String(score.level).toUpperCase()}: ${score.text}`, ...genes];
  });
}

/** The exit code of an outcome whose sections score so. */
export function exitCodeFor(
  sections: readonly ScoredSection[],
  failOn: FailOn | undefined,
): { readonly exitCode?: number } {
  const levels: readonly string[] = failOn ? FAIL_ON[failOn] : [];
  const fails = sections.some((section) => levels.includes(String(scoreOf(section)?.level)));
  return fails ? { exitCode: EXIT_CODES.mismatch } : {};
}
