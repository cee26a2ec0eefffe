import { isFlashdeconvError, OptionError } from "@flashdeconv/core";
import { numbered, optionName } from "@flashdeconv/core/internal";
import { type ColumnValues, columnKind, readColumnOf } from "./column-values.js";
import { encodeLabels } from "./encode-labels.js";
import { type Hierarchy, join } from "./hierarchy.js";
import { openDataframe } from "./open-dataframe.js";

/** A column of obs that could hold the types of cells. */
export interface LabelColumn {
  readonly name: string;
  readonly labelCount: number;
}

/** So many cells may each have a label of their own before a column is taken for something else. */
const FEW_CELLS = 10;
/** A column with more labels than this share of the cells names cells, not types. */
const NEARLY_ALL = 0.8;
/** Whole numbers that leave gaps are taken for labels only where there are so few of them. */
const MOST_SPARSE_NUMBERS = 100;
/** Columns of text are read to see how many labels they have; categories are counted without reading the cells. */
const MOST_TEXTS_READ = 1_000_000;
const MOST_SHOWN = 3;
const SOUNDS_LIKE_TYPES = /cell.?type|annot|label|ident|cluster|class|leiden|louvain|type/i;

/**
 * Refuses a column that says something else of cells than their type: measurements, or names of the cells themselves.
 *
 * @throws OptionError with columns that may be meant
 */
export async function requireLabels(
  hierarchy: Hierarchy,
  key: string,
  column: ColumnValues,
  signal?: AbortSignal,
): Promise<void> {
  const { codes, names } = encodeLabels(column);
  const cellCount = codes.reduce((sum, code) => sum + (code < 0 ? 0 : 1), 0);
  const found = `${numbered(names.length, "label")} for ${numbered(cellCount, "cell")}`;
  if (column.kind === "number" && !areIds(column.values, names.length, cellCount)) {
    throw refused(
      key,
      `labels, not measurements; this column holds numbers (${found})`,
      await hint(hierarchy, key, signal),
    );
  }
  if (cellCount >= FEW_CELLS && names.length > NEARLY_ALL * cellCount) {
    throw refused(
      key,
      `labels that several cells share; this column has ${found}`,
      await hint(hierarchy, key, signal),
    );
  }
}

/** The refusal of a column that is not there. */
export async function noLabelColumn(
  hierarchy: Hierarchy,
  key: string,
  signal?: AbortSignal,
): Promise<OptionError> {
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const rule = `a column of obs: ${columnNames.join(", ") || "there is none"}`;
  return refused(key, rule, await hint(hierarchy, key, signal));
}

/** Numbers of clusters: whole, and without many gaps or few. */
function areIds(values: Float64Array, distinctCount: number, cellCount: number): boolean {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    if (value % 1 !== 0) return false;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const isDense = most - least < 2 * distinctCount;
  return isDense || (distinctCount <= MOST_SPARSE_NUMBERS && distinctCount <= cellCount / 10);
}

async function hint(hierarchy: Hierarchy, key: string, signal?: AbortSignal): Promise<string> {
  const columns = await findLabelColumns(hierarchy, key, signal);
  if (columns.length === 0) {
    return `Name the column that holds the cell types, or give them in a table (${optionName("labels")}).`;
  }
  const shown = columns
    .slice(0, MOST_SHOWN)
    .map(({ name, labelCount }) => `${name} (${numbered(labelCount, "label")})`);
  return `Name the column that holds the cell types: perhaps ${shown.join(", ")}.`;
}

/** Columns with at least two labels that several cells share, those first whose names sound like types. */
async function findLabelColumns(
  hierarchy: Hierarchy,
  key: string,
  signal?: AbortSignal,
): Promise<LabelColumn[]> {
  const { columnNames } = await openDataframe(hierarchy, "obs");
  const found: LabelColumn[] = [];
  for (const name of columnNames) {
    if (name === key) continue;
    const labelCount = await countLabels(hierarchy, name, signal);
    if (labelCount >= 2) found.push({ name, labelCount });
  }
  const rank = ({ name }: LabelColumn) => (SOUNDS_LIKE_TYPES.test(name) ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b));
}

/** Labels of a column of categories or text; 0 where it is none, or nearly every cell has its own. */
async function countLabels(hierarchy: Hierarchy, name: string, signal?: AbortSignal): Promise<number> {
  try {
    const path = join("obs", name);
    const node = await hierarchy.node(path);
    const kind = node && columnKind(node);
    if (kind !== "categorical" && kind !== "string") return 0;
    const isLong = node?.kind === "array" && node.metadata.shape[0] > MOST_TEXTS_READ;
    if (kind === "string" && isLong) return 0;
    const { codes, names } = encodeLabels(await readColumnOf(hierarchy, "obs", name, signal));
    return names.length <= codes.length / 2 ? names.length : 0;
  } catch (error) {
    if (isFlashdeconvError(error) && error.tag !== "StoreError") return 0;
    throw error;
  }
}

function refused(value: string, rule: string, remedy: string): OptionError {
  return new OptionError({ option: "cell-type-key", value, rule, remedy });
}
