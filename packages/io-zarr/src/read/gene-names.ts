import { isFlashdeconvError, type Notice, OptionError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { packStrings } from "../codecs/vlen-utf8.js";
import { type ColumnValues, columnKind, readColumnOf } from "./column-values.js";
import { type Hierarchy, join } from "./hierarchy.js";
import { columnTexts, type NameSource, nameList, openNames, readNames } from "./name-source.js";
import { openDataframe } from "./open-dataframe.js";

/** A column of `var` that could name the genes. */
export interface GeneColumn {
  /** Undefined for the index. */
  readonly key: string | undefined;
  readonly names: readonly string[];
}

/** What writers put where there is no name: no gene is called so. */
const NO_NAME: ReadonlySet<string> = new Set(["", "nan", "NaN", "None", "<NA>", "NA"]);
/** With fewer different values, a column says something else about genes than their names. */
const DISTINCT_SHARE = 0.1;
/** So many columns are looked at to find out which one would match. */
const MOST_COLUMNS = 20;

/**
 * Opens the names of the genes: the index of the dataframe at `path` (`var`, `raw/var`), or its column `key`. A gene without a name
 * gets an empty one, which matches no other.
 *
 * @throws OptionError where the column is not there, or holds something else than names
 */
export async function openGeneNames(
  hierarchy: Hierarchy,
  path: string,
  key: string | undefined,
  { signal, onNotice }: { readonly signal?: AbortSignal; readonly onNotice?: (notice: Notice) => void },
): Promise<NameSource> {
  const { indexName, columnNames } = await openDataframe(hierarchy, path);
  if (key === undefined || key === indexName) return openNames(hierarchy, path, signal);
  const refuse = (rule: string): never => {
    const columns = columnNames.join(", ") || "there is none";
    const remedy = `Columns of ${path}: ${columns}. Leave the option out for the index.`;
    throw new OptionError({ option: "gene-key", value: key, rule, remedy });
  };
  if (!columnNames.includes(key) && !(await hierarchy.node(join(path, key)))) refuse(`a column of ${path}`);
  const column = await readColumnOf(hierarchy, path, key, signal);
  if (!mayName(column)) refuse("a column of names, not of measurements or of true and false");
  const names = namesOf(column);
  const unnamedCount = names.filter((name) => name === "").length;
  if (unnamedCount === names.length) refuse("a column with names; this one has none");
  if (!areDistinct(names)) {
    refuse(
      `names that tell genes apart; this column has ${numbered(new Set(names).size, "value")} for ${numbered(names.length, "gene")}`,
    );
  }
  if (unnamedCount > 0) {
    onNotice?.({
      code: "unnamed-genes",
      message: `Without a name in ${join(path, key)}: ${unnamedCount} of ${numbered(names.length, "gene")}, left out.`,
    });
  }
  return nameList(join(path, key), packStrings(names));
}

/** The index and the columns that could name genes; a column that cannot be read is passed over. */
export async function readGeneColumns(
  hierarchy: Hierarchy,
  path: string,
  signal?: AbortSignal,
): Promise<GeneColumn[]> {
  const { columnNames } = await openDataframe(hierarchy, path);
  const found: GeneColumn[] = [
    { key: undefined, names: await readNames(await openNames(hierarchy, path, signal), signal) },
  ];
  for (const key of columnNames) {
    if (found.length > MOST_COLUMNS) break;
    const names = await namesIn(hierarchy, path, key, signal);
    if (names && areDistinct(names)) found.push({ key, names });
  }
  return found;
}

async function namesIn(hierarchy: Hierarchy, path: string, key: string, signal?: AbortSignal) {
  try {
    const node = await hierarchy.node(join(path, key));
    const kind = node && columnKind(node);
    // Numbers can be names, but nobody needs to be told to take them.
    if (kind !== "string" && kind !== "categorical") return undefined;
    return namesOf(await readColumnOf(hierarchy, path, key, signal));
  } catch (error) {
    if (isFlashdeconvError(error) && error.tag !== "StoreError") return undefined;
    throw error;
  }
}

function mayName(column: ColumnValues): boolean {
  if (column.kind === "boolean") return false;
  return column.kind !== "number" || column.values.every((value) => Number.isNaN(value) || value % 1 === 0);
}

function namesOf(column: ColumnValues): string[] {
  return columnTexts(column).map((text) => (NO_NAME.has(text) ? "" : text));
}

function areDistinct(names: readonly string[]): boolean {
  const distinct = new Set(names);
  distinct.delete("");
  return distinct.size >= Math.max(1, DISTINCT_SHARE * names.length);
}
