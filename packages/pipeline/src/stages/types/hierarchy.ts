import { OptionError } from "@flashdeconv/core";
import { compareCodePoints, shortList } from "@flashdeconv/core/internal";
import type { Hierarchy } from "../../contracts/hierarchy.js";
import { OBS_TABLES, SET_TABLES, TYPE_TABLES } from "../table-names.js";

/** Tables and columns of a result that are called otherwise than levels may be. */
const TAKEN: readonly string[] = [
  "proportions",
  // Those of sets may be: their columns in obs have nothing behind the name.
  ...OBS_TABLES.filter((name) => !SET_TABLES.includes(name)),
  ...TYPE_TABLES,
  ...["none", "params", "notices", "signature", "command"],
];

function refuse(found: unknown, rule: string, remedy: string): never {
  throw new OptionError({ option: "hierarchy", value: found, rule, remedy });
}

/**
 * Looks at a hierarchy by itself.
 *
 * @throws OptionError for levels or names that cannot be, a type that is there twice, and groups that make no tree
 */
export function checkHierarchy({ levels, rows }: Hierarchy): void {
  checkLevels(levels);
  const seen = new Set<string>();
  for (const row of rows) {
    const [type] = row;
    if (row.length !== levels.length || row.some((name) => typeof name !== "string" || name === "")) {
      const rule = `a name at each of the levels ${levels.join(", ")} for every type`;
      refuse(row.join(", "), rule, "Write the type's own name where it has no group of others.");
    }
    if (seen.has(type)) refuse(type, "each type once", "Leave all but one of its rows out.");
    seen.add(type);
  }
  checkTree(levels, rows);
}

function checkLevels(levels: readonly string[]): void {
  if (levels.length < 2) {
    refuse(levels.join(", "), "a level above that of the types", "Add a column with the group of each type.");
  }
  const names = new Set<string>();
  for (const [i, level] of levels.entries()) {
    const name = level.toLowerCase();
    // That of the types is no table of its own.
    const isTaken = names.has(name) || (i > 0 && TAKEN.includes(name)) || name === "none";
    if (!/^[a-z][a-z0-9_]*$/i.test(level) || isTaken) {
      const rule = `names of levels of letters, digits and "_", each once and none of ${TAKEN.join(", ")}`;
      refuse(
        level,
        rule,
        "Give the column another name; a first row that is a type's needs one with names of levels above it.",
      );
    }
    names.add(name);
  }
}

/** A group is in one group of the next level, and a name that stands at several levels stands for the same types. */
function checkTree(levels: readonly string[], rows: Hierarchy["rows"]): void {
  const membersOf = new Map<string, { level: number; types: string }>();
  for (const [level] of levels.entries()) {
    const above = new Map<string, string>();
    const types = new Map<string, string[]>();
    for (const row of rows) {
      const name = row[level];
      types.set(name, [...(types.get(name) ?? []), row[0]]);
      const parent = row[level + 1];
      if (parent === undefined) continue;
      const other = above.get(name);
      if (other !== undefined && other !== parent) {
        const rule = `one group of the level ${levels[level + 1]} for it: it is in ${JSON.stringify(other)} and ${JSON.stringify(parent)}`;
        refuse(name, rule, "Groups of a level must lie within groups of the next.");
      }
      above.set(name, parent);
    }
    for (const [name, members] of types) {
      const own = JSON.stringify(members);
      const before = membersOf.get(name);
      if (before && before.types !== own) {
        const rule = `names that stand for the same types at every level: at ${levels[before.level]} and ${levels[level]} it does not`;
        refuse(name, rule, "Give one of the two another name.");
      }
      membersOf.set(name, { level, types: own });
    }
  }
}

/** Refuses a hierarchy of other types than there are. */
export function requireHierarchyOf({ levels, rows }: Hierarchy, typeNames: readonly string[]): void {
  const known = new Set(rows.map(([type]) => type));
  const missing = typeNames.filter((name) => !known.has(name));
  if (missing.length > 0) {
    if (missing.includes(levels[0])) {
      const rule = `names of levels in the first row, such as type,group; ${JSON.stringify(levels[0])} is a type of the reference`;
      refuse(levels.join(", "), rule, "Put a row with the names of the levels above it.");
    }
    const rule = `a row for every type of the reference; none for ${shortList(missing)}`;
    refuse(missing[0], rule, "Add a row for each of them.");
  }
  const there = new Set(typeNames);
  const unknown = [...known].filter((name) => !there.has(name));
  if (unknown.length > 0) {
    const rule = `types of the reference: ${shortList(typeNames)}; no such type: ${shortList(unknown)}`;
    refuse(unknown[0], rule, "Leave these rows out, or write the names as the reference does.");
  }
}

/** The groups of one level: their names, ascending, and the group of each type by place. */
export function groupsAt(
  { rows }: Hierarchy,
  level: number,
  typeNames: readonly string[],
): { readonly names: readonly string[]; readonly groupOf: Int32Array } {
  const groups = new Map(rows.map((row) => [row[0], row[level]]));
  const names = [...new Set(typeNames.map((name) => groups.get(name) as string))].sort(compareCodePoints);
  return { names, groupOf: Int32Array.from(typeNames, (name) => names.indexOf(groups.get(name) as string)) };
}

/** What a reference or summary is to be made of. */
export interface TypeChanges {
  readonly drop?: readonly string[];
  readonly merge?: Readonly<Record<string, readonly string[]>>;
}

/** The hierarchy of the types that are left when some are left out, and some taken together, which must be of one group. */
export function changeHierarchy(
  { levels, rows }: Hierarchy,
  { drop = [], merge = {} }: TypeChanges,
): Hierarchy {
  const left = rows.filter(([type]) => !drop.includes(type));
  const mergedInto = new Map(
    Object.entries(merge).flatMap(([name, types]) => types.map((type) => [type, name])),
  );
  const changed = new Map<string, readonly string[]>();
  for (const [type, ...groups] of left) {
    const name = mergedInto.get(type) ?? type;
    const before = changed.get(name);
    if (before?.slice(1).some((group, i) => group !== groups[i])) {
      const rule = "types of one group, at every level, to take together";
      refuse(name, rule, "Take types of one group together, or leave the hierarchy out.");
    }
    changed.set(name, [name, ...groups]);
  }
  return { levels, rows: [...changed.values()] };
}

/**
 * The hierarchy of types some of which were taken together before: as it is where it is of the types that came of that, else made so.
 *
 * @param typeNames what came of it
 * @param merged the types that each new name stands for
 * @throws OptionError for a hierarchy of neither, and where types of different groups were taken together
 */
export function hierarchyOfMerged(
  hierarchy: Hierarchy,
  typeNames: readonly string[],
  merged: Readonly<Record<string, readonly string[]>>,
): Hierarchy {
  const rows = new Set(hierarchy.rows.map(([type]) => type));
  const made = typeNames.filter(
    (name) => Object.hasOwn(merged, name) && merged[name].some((one) => one !== name),
  );
  if (
    made.length === 0 ||
    made.every((name) => rows.has(name) && !merged[name].every((one) => rows.has(one)))
  ) {
    requireHierarchyOf(hierarchy, typeNames);
    return hierarchy;
  }
  requireHierarchyOf(
    hierarchy,
    typeNames.flatMap((name) => (Object.hasOwn(merged, name) ? merged[name] : [name])),
  );
  return changeHierarchy(hierarchy, { merge: Object.fromEntries(made.map((name) => [name, merged[name]])) });
}

/**
 * What makes types of the groups of one level, and the levels that are left above; none above the last.
 *
 * @throws OptionError where there is no such level
 */
export function solveAtLevel(
  { levels, rows }: Hierarchy,
  level: string,
): {
  readonly merge: Readonly<Record<string, readonly string[]>>;
  readonly hierarchy: Hierarchy | undefined;
} {
  const at = levels.indexOf(level);
  if (at < 0) {
    throw new OptionError({
      option: "level",
      value: level,
      rule: `a level of the hierarchy: ${levels.join(", ")}`,
    });
  }
  const names = [...new Set(rows.map((row) => row[at]))];
  const merge =
    at === 0 ? [] : names.map((name) => [name, rows.filter((row) => row[at] === name).map(([type]) => type)]);
  const left = names.map((name) => (rows.find((row) => row[at] === name) as readonly string[]).slice(at));
  const rest = { levels: levels.slice(at), rows: left };
  return { merge: Object.fromEntries(merge), hierarchy: rest.levels.length < 2 ? undefined : rest };
}
