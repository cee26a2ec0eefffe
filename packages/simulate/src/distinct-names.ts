import { ShapeError } from "@flashdeconv/core";
import type { NamedProportions } from "./named-proportions.js";

/** Which table of a comparison something is about, as messages call it. */
export type ComparedSide = "result" | "truth" | "other result";

const NAMES_SHOWN = 5;

/**
 * Refuses a table in which a spot or a type comes twice: which of its rows is meant cannot be told.
 *
 * @throws ShapeError that shows the names that come more than once
 */
export function requireDistinctNames({ spotNames, typeNames }: NamedProportions, side: ComparedSide): void {
  requireDistinct("spots", spotNames, side);
  requireDistinct("cell types", typeNames, side);
}

const REMEDIES = {
  spots:
    "Make the names unique, for instance by the section's name before each, or leave out the repeated spots.",
  "cell types": "Add up the columns of one type, or give each type a name of its own.",
};

function requireDistinct(what: keyof typeof REMEDIES, names: readonly string[], side: ComparedSide): void {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size === names.length) return;
  const repeated = [...counts].filter(([, count]) => count > 1);
  const shown = repeated
    .slice(0, NAMES_SHOWN)
    .map(([name, count]) => `${JSON.stringify(name)} ${count} times`);
  throw new ShapeError({
    subject: `names of ${what} in the ${side}`,
    found: `${repeated.length} that come more than once: ${shown.join(", ")}${repeated.length > NAMES_SHOWN ? ", ..." : ""}`,
    expected: "each name once",
    remedy: REMEDIES[what],
  });
}
