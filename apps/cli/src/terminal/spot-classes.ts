import type { AnswerTable } from "@flashdeconv/pipeline";
import { countOf, formatCount } from "./format.js";

/** How many spots have each class of sets, in the order of the classes; those without an answer have none. */
export async function countClasses(tables: readonly AnswerTable[]): Promise<Record<string, number>> {
  const table = tables.find(({ name }) => name === "class");
  const { categories = [] } = table ?? {};
  const counts = categories.map(() => 0);
  if (table) {
    for await (const { values } of table.values.chunks()) {
      for (const code of values) if (code >= 0) counts[code]++;
    }
  }
  return Object.fromEntries(categories.map((name, code) => [name, counts[code]]));
}

/** "at most 2 types a spot: 1,200 singlet, 300 doublet certain". */
export function classText(maxTypes: number, classes: Readonly<Record<string, number>>): string {
  const told = Object.entries(classes)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${formatCount(count)} ${name}`);
  return `at most ${countOf(maxTypes, "type")} a spot${told.length > 0 ? `: ${told.join(", ")}` : ""}`;
}

/** The same for `--json`. */
export function classesJson(classes: Readonly<Record<string, number>>) {
  return Object.entries(classes).map(([name, count]) => ({ name, spot_count: count }));
}
