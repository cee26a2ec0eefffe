import type { Parameters } from "@flashdeconv/pipeline";
import { scoreFacts, scoreIn } from "@flashdeconv/pipeline/internal";

/** A section, and what its reference scored; a result from before references were scored has none. */
export interface ScoredSection {
  /** Undefined where it is all there is. */
  readonly name: string | undefined;
  readonly facts: { readonly reference_score: Parameters[string] };
}

/** The scores among the parameters of a result that was read: its sections may be stored under other names than they have. */
export function scoredSections({ sections, reference_score: common }: Parameters): ScoredSection[] {
  const scored = (name: string | undefined, stored: Parameters[string]): ScoredSection => {
    const score = scoreIn({ reference_score: stored });
    return { name, facts: { reference_score: score ? scoreFacts(score) : null } };
  };
  if (typeof sections !== "object" || sections === null) return [scored(undefined, common)];
  return Object.entries(sections as Parameters).map(([key, own]) => {
    const { name, reference_score } = own as Parameters;
    return scored(typeof name === "string" ? name : key, reference_score ?? common);
  });
}
