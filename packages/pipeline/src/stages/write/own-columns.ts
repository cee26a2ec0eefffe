import { OptionError } from "@flashdeconv/core";
import { safeNames } from "@flashdeconv/io-zarr/internal";
import type { SolverTable } from "@flashdeconv/solver";
import type { AnswerTable } from "../../contracts/answers.js";
import type { Hierarchy } from "../../contracts/hierarchy.js";
import { LATER_COLUMNS, OBS_TABLES, SPOT_COLUMNS, TYPE_TABLES } from "../table-names.js";
import { groupsAt } from "../types/hierarchy.js";

/** What the columns of one table of a result are called in a file that has them all side by side: but for the types, behind the key. */
export function namesInFile(
  { name, columns, isColumn }: Pick<AnswerTable, "name" | "columns" | "isColumn">,
  typeNames: readonly string[],
  key: string,
): readonly string[] {
  if (name === "proportions") return typeNames;
  if (isColumn || SPOT_COLUMNS.includes(name) || LATER_COLUMNS.includes(name)) return [`${key}_${name}`];
  return (columns === "types" ? typeNames : columns).map((column) => `${key}_${name}_${column}`);
}

/** The first column of such a file; a type may be called "barcode" too. */
export function barcodeColumn(typeNames: readonly string[], key: string): string {
  return typeNames.includes("barcode") ? `${key}_barcode` : "barcode";
}

/** All that names of columns are made of. */
export interface NamesOfResult {
  readonly typeNames: readonly string[];
  readonly hierarchy?: Hierarchy;
  readonly solverTables?: readonly SolverTable[];
  /** Of the result; left out where it is not known yet: types are then not compared with what begins with it. */
  readonly key?: string;
}

/** A name in one place, and whose it is. */
interface OwnedName {
  readonly place: string;
  readonly name: string;
  readonly option: "hierarchy" | "solver" | "key";
  readonly told: string;
}

/**
 * Looks whether every column has a name of its own, in all formats and before the work. Tables that other options would add count as well:
 * what a name means does not depend on them.
 *
 * @throws OptionError for the level, the group, the solver's table or the key that would give a name for the second time
 */
export function requireOwnColumns(names: NamesOfResult): void {
  const owners = new Map<string, OwnedName>();
  for (const own of ownedNames(names)) {
    const id = JSON.stringify([own.place, own.name]);
    const other = owners.get(id);
    if (other !== undefined) refuse(own, other, names);
    owners.set(id, own);
  }
}

function refuse({ name, option, told }: OwnedName, other: OwnedName, { key }: NamesOfResult): never {
  const rule = `names that make columns of their own: ${JSON.stringify(name)} is ${other.told} already`;
  if (option === "key") {
    throw new OptionError({ option, value: key, found: `${JSON.stringify(key)}, with ${told}`, rule });
  }
  const remedy =
    option === "hierarchy"
      ? "Give the level or the group another name."
      : "It is a plugin: its author can give its tables other names.";
  throw new OptionError({ option, value: name, found: told, rule, remedy });
}

/** The columns of a file with the names that were given, of one made from a store, and the tables in a store. What is of all results comes first. */
function* ownedNames({ typeNames, hierarchy, solverTables = [], key }: NamesOfResult): Generator<OwnedName> {
  const before = key ?? "<key>";
  for (const name of OBS_TABLES) {
    const table = { name, columns: [name], isColumn: true };
    yield* inFiles(table, typeNames, before, { option: "key", told: () => `what results call ${name}` });
  }
  for (const name of TYPE_TABLES) {
    const told = (type: string) => `the type ${JSON.stringify(type)} in the table ${name}`;
    yield* inFiles({ name, columns: "types" }, typeNames, before, { option: "key", told });
  }
  if (key !== undefined) {
    const told = (type: string) => `the type ${JSON.stringify(type)}`;
    yield* inFiles({ name: "proportions", columns: "types" }, typeNames, before, { option: "key", told });
    const barcode = barcodeColumn(typeNames, key);
    for (const place of FILES) yield { place, name: barcode, option: "key", told: "the spot's name" };
  }
  for (const table of solverTables) {
    const whose = `the solver's table ${table.name}`;
    const told = (column: string) => `the column ${JSON.stringify(column)} of ${whose}`;
    yield { place: "obsm", name: folded(table.name), option: "solver", told: whose };
    yield* inFiles(table, typeNames, before, { option: "solver", told });
  }
  for (const [i, name] of (hierarchy?.levels ?? []).entries()) {
    // That of the types is no table.
    if (i === 0 || hierarchy === undefined) continue;
    const { names: columns } = groupsAt(hierarchy, i, typeNames);
    const whose = `the level ${JSON.stringify(name)}`;
    const told = (group: string) => `the group ${JSON.stringify(group)} of ${whose}`;
    yield { place: "obsm", name: folded(name), option: "hierarchy", told: whose };
    yield* inFiles({ name, columns }, typeNames, before, { option: "hierarchy", told });
  }
}

const FILES = ["a file", "a file of a store"] as const;

function* inFiles(
  table: Pick<AnswerTable, "name" | "columns" | "isColumn">,
  typeNames: readonly string[],
  key: string,
  { option, told }: { option: OwnedName["option"]; told: (column: string) => string },
): Generator<OwnedName> {
  const labels = table.columns === "types" ? typeNames : table.columns;
  // A store keeps the names of types, and those of other columns as a file may be called.
  const stored = table.columns === "types" ? labels : safeNames(labels, { reserved: [] });
  for (const [place, columns] of [
    [FILES[0], labels],
    [FILES[1], stored],
  ] as const) {
    const own = table.columns === "types" ? table : { ...table, columns };
    for (const [i, name] of namesInFile(own, typeNames, key).entries()) {
      yield { place, name, option, told: told(labels[i]) };
    }
  }
}

/** Equal for names that some file system takes for the same. */
function folded(name: string): string {
  return name.toLowerCase();
}
