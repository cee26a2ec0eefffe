import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { encodingOf } from "./encoding-of.js";
import type { Hierarchy, ZarrNode } from "./hierarchy.js";
import { join } from "./hierarchy.js";
import { openVector, readNumbers } from "./open-vector.js";
import { readStrings } from "./read-strings.js";

/** The values of a dataframe column (or of any one-dimensional AnnData element). */
export type ColumnValues =
  | {
      readonly kind: "categorical";
      /** Position in `categories`; -1 where missing. */
      readonly codes: Int32Array;
      readonly categories: readonly string[];
      readonly ordered: boolean;
    }
  /** Undefined where missing. */
  | { readonly kind: "string"; readonly values: readonly (string | undefined)[] }
  /** NaN where missing. */
  | { readonly kind: "number"; readonly values: Float64Array }
  /** 1, 0, or -1 where missing. */
  | { readonly kind: "boolean"; readonly values: Int8Array };

const GROUPS = ["categorical", "nullable-integer", "nullable-boolean", "nullable-string-array"];
const ARRAYS = ["array", "string-array"];

/** What kind of column a node holds, from its metadata; undefined where it is none that can be read. */
export function columnKind(node: ZarrNode): ColumnValues["kind"] | undefined {
  if (node.kind === "group") {
    const encoding = encodingOf(node, GROUPS);
    if (encoding === "categorical") return "categorical";
    if (encoding === "nullable-string-array") return "string";
    if (encoding === "nullable-boolean") return "boolean";
    return encoding === "nullable-integer" ? "number" : undefined;
  }
  if (node.metadata.shape.length !== 1) return undefined;
  if (typeof node.attributes.categories === "string") return "categorical";
  const { kind } = node.metadata.dataType;
  return kind === "integer" || kind === "float" ? "number" : kind;
}

/** Reads the column `name` of the group at `parent`. Throws FormatError where it cannot be read. */
export async function readColumnOf(
  hierarchy: Hierarchy,
  parent: string,
  name: string,
  signal?: AbortSignal,
): Promise<ColumnValues> {
  const path = join(parent, name);
  const node = await hierarchy.node(path);
  const kind = node && columnKind(node);
  if (!node || !kind) {
    throw new FormatError({
      path,
      found: node ? "a group or array of another kind" : "nothing",
      expected: "a column: numbers, booleans, strings or categories",
      remedy: "Name a column that is there; if this one should be, the store is incomplete.",
    });
  }
  if (node.kind === "array") {
    encodingOf(node, ARRAYS);
    if (kind === "categorical") {
      return readCategorical(hierarchy, path, join(parent, String(node.attributes.categories)), signal);
    }
    return readPlain(hierarchy, path, signal);
  }
  if (kind === "categorical") {
    const values = await readCategorical(hierarchy, join(path, "codes"), join(path, "categories"), signal);
    return { ...values, ordered: node.attributes.ordered === true };
  }
  return readNullable(hierarchy, path, signal);
}

async function readPlain(
  hierarchy: Hierarchy,
  path: string,
  signal?: AbortSignal,
): Promise<Exclude<ColumnValues, { kind: "categorical" }>> {
  const array = await openVector(hierarchy, path, ["integer", "float", "boolean", "string"]);
  const { kind } = array.metadata.dataType;
  if (kind === "string") return { kind, values: await readStrings(array, signal) };
  const values = await readNumbers(array, "fill", signal);
  return kind === "boolean" ? { kind, values: new Int8Array(values) } : { kind: "number", values };
}

async function readNullable(hierarchy: Hierarchy, path: string, signal?: AbortSignal): Promise<ColumnValues> {
  const column = await readPlain(hierarchy, join(path, "values"), signal);
  const length = column.values.length;
  const mask = await readNumbers(
    await openVector(hierarchy, join(path, "mask"), ["boolean"], length),
    "fill",
    signal,
  );
  if (column.kind === "string") {
    return { kind: "string", values: column.values.map((text, i) => (mask[i] ? undefined : text)) };
  }
  for (let i = 0; i < length; i++) if (mask[i]) column.values[i] = column.kind === "number" ? NaN : -1;
  return column;
}

/** Legacy stores keep codes and categories apart, and whether they are ordered with the categories. */
async function readCategorical(
  hierarchy: Hierarchy,
  codesPath: string,
  categoriesPath: string,
  signal?: AbortSignal,
): Promise<Extract<ColumnValues, { kind: "categorical" }>> {
  const labels = await readColumnOf(hierarchy, "", categoriesPath, signal);
  if (labels.kind === "categorical") throw badCategories(categoriesPath, "categories of categories");
  const categories = Array.from<string | number | undefined, string>(labels.values, (label) =>
    labels.kind === "boolean" ? String(label === 1) : String(label),
  );
  const codes = new Int32Array(
    await readNumbers(await openVector(hierarchy, codesPath, ["integer"]), "fill", signal),
  );
  for (const code of codes) {
    if (code >= categories.length || code < -1) {
      throw badCategories(codesPath, `the code ${code} with ${numbered(categories.length, "category")}`);
    }
  }
  const ordered = (await hierarchy.node(categoriesPath))?.attributes.ordered === true;
  return { kind: "categorical", codes, categories, ordered };
}

function badCategories(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "codes of -1 (missing) to the number of categories less 1",
    remedy:
      "The column is damaged, or counts its codes from 1 as some R software does: write the store again.",
  });
}
