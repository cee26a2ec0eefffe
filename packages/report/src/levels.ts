import { factsOfSections } from "./facts-of-sections.js";
import type { ReportInput } from "./report-input.js";

/** A level above that of the types: its groups, and the group of each type by place. */
export interface Level {
  readonly name: string;
  readonly groups: readonly string[];
  readonly groupOf: readonly number[];
}

interface Tree {
  readonly levels: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The levels above the types; none where the result has no hierarchy of its types. */
export function levelsIn({ parameters, typeNames }: ReportInput): readonly Level[] {
  const tree = treeIn(parameters.hierarchy);
  if (tree === undefined) return [];
  const rows = new Map(tree.rows.map((row) => [row[0], row]));
  const own = typeNames.map((name) => rows.get(name));
  return tree.levels.slice(1).flatMap((name, i): Level[] => {
    const names = own.flatMap((row) => row?.[i + 1] ?? []);
    if (names.length !== typeNames.length) return [];
    const groups = [...new Set(names)];
    return [{ name, groups, groupOf: names.map((group) => groups.indexOf(group)) }];
  });
}

/** Down to which level each type can be told from all others; of several sections the coarsest. Undefined where the result does not say. */
export function levelsOfTypes({ parameters, typeNames }: ReportInput): readonly string[] | undefined {
  const tree = treeIn(parameters.hierarchy);
  const all = factsOfSections({ parameters }).flatMap(({ facts }): (readonly string[])[] => {
    const { type_levels: levels } = facts;
    return Array.isArray(levels) && levels.length === typeNames.length ? [levels.map(String)] : [];
  });
  if (tree === undefined || all.length === 0) return undefined;
  // What is no level is "none", the coarsest.
  const rank = (level: string) => tree.levels.indexOf(level) >>> 0;
  return typeNames.map((_, k) => all.map((one) => one[k]).reduce((a, b) => (rank(b) > rank(a) ? b : a)));
}

/** As results keep it: the text of a JSON object. */
function treeIn(text: unknown): Tree | undefined {
  if (typeof text !== "string") return undefined;
  try {
    const { levels, rows } = JSON.parse(text) as Tree;
    const isTree = [levels, ...rows].every(
      (list) => Array.isArray(list) && list.every((name) => typeof name === "string"),
    );
    return isTree && levels.length > 1 ? { levels, rows } : undefined;
  } catch {
    return undefined;
  }
}
