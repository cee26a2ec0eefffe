import { OptionError } from "@flashdeconv/core";
import { readTextCells } from "@flashdeconv/io-zarr/internal";
import type { Hierarchy } from "@flashdeconv/pipeline";
import {
  changeHierarchy,
  checkHierarchy,
  mergesInOneStep,
  solveAtLevel,
} from "@flashdeconv/pipeline/internal";
import type { StoreAccess } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import type { Command } from "commander";
import { isTable, readText } from "../stores/read-text.js";
import type { Terminal } from "../terminal/terminal.js";
import { withFlags } from "./option-flags.js";
import { type GivenTypeLists, parseTypeLists, readTypeLists, type TypeLists } from "./type-lists.js";

/** What types are made of, as it is given. */
export interface TypeFlags {
  readonly dropType?: readonly string[];
  readonly mergeTypes?: GivenTypeLists;
  /** Of a table; the hierarchy itself, once that is read. */
  readonly hierarchy?: string | Hierarchy;
  readonly level?: string;
}

/** The same, with what the files say. */
export interface ReadTypes {
  readonly dropType?: readonly string[];
  readonly mergeTypes?: TypeLists;
  readonly hierarchy?: Hierarchy;
  readonly level?: string;
}

/** Adds the options of TypeFlags but that for leaving types out. */
export function addTypeOptions(command: Command): Command {
  return command
    .option(
      "--merge-types <json|@file>",
      'merge types: {"new name": ["type", "type"]}, or a file with that, as check --out writes it',
      parseTypeLists("--merge-types"),
    )
    .option(
      "--hierarchy <file>",
      "table of types and their groups (.csv: type, group, group of groups, ...): the result has sums at every level",
    )
    .option("--level <name>", "take types together to this level of --hierarchy");
}

/** A row holds a few names. */
const MOST_ROW_CHARACTERS = 2 ** 16;

/** Reads the files that the options name, before anything else is read. Throws for what cannot be used. */
export async function readTypes<T extends TypeFlags>(
  flags: T,
  access: StoreAccess,
  terminal: Pick<Terminal, "signal" | "note">,
): Promise<Omit<T, keyof ReadTypes> & ReadTypes> {
  const { signal } = terminal;
  const { dropType, mergeTypes, hierarchy, level } = flags;
  if (level !== undefined && hierarchy === undefined) {
    const rule = "a table with the levels, with --hierarchy";
    throw new OptionError({ option: "--level", value: level, rule, remedy: "Add it, or leave it out." });
  }
  return {
    ...flags,
    dropType,
    mergeTypes: mergeTypes && (await readTypeLists(mergeTypes, access, terminal)),
    hierarchy: typeof hierarchy === "string" ? await readHierarchy(hierarchy, access, signal) : hierarchy,
    level,
  };
}

async function readHierarchy(path: string, access: StoreAccess, signal: AbortSignal): Promise<Hierarchy> {
  if (!isTable(path)) {
    const rule = "a table, .csv or .tsv: type, group, group of groups, ...";
    const remedy = "Save it as .csv, a row for each type.";
    throw new OptionError({ option: "--hierarchy", value: redactUrl(path), rule, remedy });
  }
  const text = await readText(path, access, signal);
  const told = {
    path: redactUrl(path),
    remedy: "Write the table again: a row for each type, a column for each level.",
  };
  const [levels = [], ...rows] = readTextCells(text, { ...told, mostRowCharacters: MOST_ROW_CHARACTERS });
  const hierarchy = { levels, rows: rows.filter((row) => row.some((name) => name !== "")) };
  await withFlags(TYPE_FLAGS, async () => checkHierarchy(hierarchy));
  return hierarchy;
}

const TYPE_FLAGS = {
  hierarchy: "--hierarchy",
  level: "--level",
  drop: "--drop-type",
  merge: "--merge-types",
};

/** Which types are taken together, and the hierarchy of those that are left. */
export function planTypes({ dropType: drop, mergeTypes, hierarchy, level }: ReadTypes): {
  readonly merge: TypeLists | undefined;
  readonly hierarchy: Hierarchy | undefined;
} {
  if (!hierarchy) return { merge: mergeTypes, hierarchy };
  const changed = changeHierarchy(hierarchy, { drop, merge: mergeTypes });
  if (level === undefined) return { merge: mergeTypes, hierarchy: changed };
  const leveled = solveAtLevel(changed, level);
  return { merge: mergesInOneStep(mergeTypes ?? {}, leveled.merge), hierarchy: leveled.hierarchy };
}

/** Runs what may find fault with the options. */
export function aboutTypes<T>(work: () => Promise<T>): Promise<T> {
  return withFlags(TYPE_FLAGS, work);
}
