import type { AnswerTable } from "@flashdeconv/pipeline";
import { countOf, formatCount } from "@flashdeconv/results/internal";

/** How many spots have each category of a table, in their order; those without an answer have none. Undefined without the table. */
export async function countCategories(
  tables: readonly AnswerTable[],
  wanted: "class" | "resolved_level",
): Promise<Record<string, number> | undefined> {
  const table = tables.find(({ name, dtype }) => name === wanted && dtype === "category");
  if (table === undefined) return undefined;
  const { categories = [] } = table;
  const counts = categories.map(() => 0);
  for await (const { values } of table.values.chunks()) {
    for (const code of values) if (code >= 0) counts[code]++;
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

/** "spots resolved down to: 1,000 type, 150 class, 50 none". */
export function levelText(levels: Readonly<Record<string, number>>): string {
  const told = Object.entries(levels).map(([name, count]) => `${formatCount(count)} ${name}`);
  return `spots resolved down to: ${told.join(", ")}`;
}

/** The same for `--json`. */
export function classesJson(classes: Readonly<Record<string, number>>) {
  return Object.entries(classes).map(([name, count]) => ({ name, spot_count: count }));
}
