import { FormatError, OptionError } from "@flashdeconv/core";
import { fileText } from "@flashdeconv/core/internal";
import type { StoreAccess } from "@flashdeconv/stores";
import { redactUrl } from "@flashdeconv/stores/internal";
import { readObject } from "@flashdeconv/stores/node/internal";
import type { Terminal } from "../terminal/terminal.js";
import { parseJsonObject } from "./parse-json-object.js";
import { readJson } from "./read-json.js";

/** New names, each with the types that it takes together. */
export type TypeLists = Readonly<Record<string, readonly string[]>>;

/** Lists that were given, or the file that they are in. */
export type GivenTypeLists = TypeLists | FileOfLists;

interface FileOfLists {
  readonly [FILE]: string;
}

const FILE = Symbol("file");
const EXAMPLE = '{"T": ["CD4 T", "CD8 T"]}';
/** More than any reference has names. */
const MOST_BYTES = 2 ** 24;

/** Parses an object of lists of names, or takes the name of a file with one after an @. */
export function parseTypeLists(flag: string): (text: string) => GivenTypeLists {
  const parse = parseJsonObject(flag, EXAMPLE);
  return (text) => {
    if (text.startsWith("@")) {
      if (text.slice(1).trim() !== "") return { [FILE]: text.slice(1) };
      const remedy = "Give it; in a script, look whether a variable is not set.";
      throw new OptionError({ option: flag, value: text, rule: "the path of a file after the @", remedy });
    }
    const lists = parse(text);
    if (Object.keys(lists).length === 0) {
      throw new OptionError({
        option: flag,
        value: text,
        rule: "at least one new name",
        remedy: "Leave it out.",
      });
    }
    const bad = badName(lists);
    if (bad === undefined) return lists as TypeLists;
    const rule = `a list of type names for each new one; ${JSON.stringify(bad)} has another`;
    throw new OptionError({ option: flag, value: text, rule });
  };
}

/**
 * The lists, read from their file where they are in one. Undefined, and told, for a file without any: `check` writes one where there is
 * nothing to merge. Throws StoreError and FormatError for a file that cannot be used.
 */
export async function readTypeLists(
  given: GivenTypeLists,
  access: StoreAccess,
  { signal, note }: Pick<Terminal, "signal" | "note">,
): Promise<TypeLists | undefined> {
  if (!(FILE in given)) return given;
  const path = (given as FileOfLists)[FILE];
  const bytes = await readObject(path, access, { signal, most: MOST_BYTES, expects: "a JSON file" });
  const lists = readLists(fileText(bytes, redactUrl(path)), path);
  const isObject = typeof lists === "object" && lists !== null && !Array.isArray(lists);
  const bad = isObject ? badName(lists as Record<string, unknown>) : undefined;
  if (!isObject || bad !== undefined) {
    const found = bad === undefined ? "something else" : `no list of type names for ${JSON.stringify(bad)}`;
    throw notLists(path, found);
  }
  if (Object.keys(lists).length > 0) return lists as TypeLists;
  note({ code: "no-merges", message: `No merges in ${redactUrl(path)}: types stay as they are.` });
  return undefined;
}

function notLists(path: string, found: string): FormatError {
  return new FormatError({
    path: redactUrl(path),
    found,
    expected: `a JSON object of lists of types, such as ${EXAMPLE}`,
    remedy: "flashdeconv check --out writes such a file.",
  });
}

/** The path that a file of lists is at. */
export function fileOfLists(given: GivenTypeLists | undefined): string | undefined {
  return given !== undefined && FILE in given ? (given as FileOfLists)[FILE] : undefined;
}

function badName(lists: Readonly<Record<string, unknown>>): string | undefined {
  return Object.keys(lists).find((name) => {
    const members = lists[name];
    return !(Array.isArray(members) && members.every((member) => typeof member === "string"));
  });
}

function readLists(text: string, path: string): unknown {
  try {
    return readJson(text);
  } catch (error) {
    throw notLists(path, `JSON that cannot be taken: ${(error as Error).message}`);
  }
}
