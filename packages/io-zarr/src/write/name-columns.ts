import type { Column, DenseTable } from "./contents.js";
import { safeNames } from "./safe-names.js";

/** Columns of obs stand below two folders at most, and leave room for what file systems add. */
const OBS_BYTES = 240;

/** The columns of obs under names that can be stored, each with its own name as the label where that is another. */
export function nameColumns(columns: readonly Column[] = [], reserved: readonly string[] = []): Column[] {
  const names = safeNames(
    columns.map(({ name }) => name),
    { reserved, mostBytes: OBS_BYTES },
  );
  return columns.map((column, i) =>
    names[i] === column.name ? column : { ...column, name: names[i], label: column.label ?? column.name },
  );
}

/** The names under which the columns of a table are stored; undefined for a plain array. */
export function storedNames({ columnNames, storedNames }: DenseTable): readonly string[] | undefined {
  return columnNames && (storedNames ?? safeNames(columnNames));
}
