import { count, percent } from "@flashdeconv/core/internal";
import type { Context } from "../context.js";
import { nameText, table } from "../page/text.js";
import { mismatchIn } from "../report-input.js";

/** How many spots have each class of sets of at most so many types; nothing where types were not limited. */
export function classTable({ input, gathered }: Context): string {
  const { classes } = input;
  if (classes === undefined) return "";
  const isMismatch = mismatchIn(input);
  const counts = new Float64Array(classes.categories.length);
  for (let spot = 0; spot < gathered.spotCount; spot++) {
    if (classes.codes[spot] >= 0 && !isMismatch(spot)) counts[classes.codes[spot]]++;
  }
  const rows = classes.categories.map((name, i) => [
    nameText(name),
    count(counts[i]),
    percent(counts[i] / gathered.spotCount),
    meaningOf(name),
  ]);
  return table("Sets of types", ["class", "spots", "share", "meaning"], rows);
}

function meaningOf(name: string): string {
  if (name === "reject") return "no type is certain";
  if (name.endsWith("uncertain")) return "some types are certain, not all";
  return name === "singlet" ? "one type, certain" : "all types are certain";
}
