import { numbered } from "@flashdeconv/core/internal";
import type { ColumnMetaData, FileMetaData } from "hyparquet";

/** Geometries of GeoArrow lie 8 deep; deeper schemas are damage, which would fill the stack. */
const MOST_DEPTH = 32;
/** What a file begins with, and what no column lies in. */
const MAGIC_BYTES = 4;

interface Leaf {
  readonly path: readonly string[];
  readonly isFlat: boolean;
}

/**
 * Checks that what a footer claims agrees with itself, and with the size of the file where that is known: numbers of rows and
 * values, where columns lie, and how many children the elements of the schema have. hyparquet believes all of it.
 *
 * @throws Error saying what is wrong
 */
export function checkFooter({ schema, num_rows, row_groups }: FileMetaData, fileBytes?: number): void {
  const leaves = leavesOf(schema);
  let rowCount = 0;
  for (const { num_rows: groupRows, columns } of row_groups) {
    const groupRowCount = whole(groupRows, "rows of a row group");
    rowCount += groupRowCount;
    if (columns.length !== leaves.length) {
      throw new Error(
        `${numbered(columns.length, "column")} in a row group where the schema has ${leaves.length}`,
      );
    }
    for (const [i, { meta_data: column }] of columns.entries()) {
      if (!column) throw new Error("a column that is not described");
      checkColumn(column, leaves[i], groupRowCount, fileBytes);
    }
  }
  if (rowCount !== whole(num_rows, "rows")) {
    throw new Error(`${numbered(rowCount, "row")} in row groups where the file is said to have ${num_rows}`);
  }
}

/** Where a column of a row group lies in the file. */
export function columnRange(column: ColumnMetaData): { readonly start: number; readonly end: number } {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  return { start, end: start + Number(column.total_compressed_size) };
}

function checkColumn(column: ColumnMetaData, leaf: Leaf, rowCount: number, fileBytes?: number): void {
  const name = leaf.path.join(".");
  const own = column.path_in_schema;
  if (own.length !== leaf.path.length || own.some((part, i) => part !== leaf.path[i])) {
    throw new Error(`the column ${own.join(".")} where the schema has ${name}`);
  }
  const valueCount = whole(column.num_values, `values of ${name}`);
  if (leaf.isFlat ? valueCount !== rowCount : valueCount < rowCount) {
    throw new Error(`${numbered(valueCount, "value")} of ${name} for ${numbered(rowCount, "row")}`);
  }
  whole(column.total_uncompressed_size, `bytes of ${name} unpacked`);
  whole(column.total_compressed_size, `bytes of ${name}`);
  whole(column.data_page_offset, `bytes before ${name}`);
  const { start, end } = columnRange(column);
  if (!(start >= MAGIC_BYTES && end <= (fileBytes ?? Number.MAX_SAFE_INTEGER))) {
    throw new Error(`${name} in bytes ${start} to ${end}${fileBytes ? ` of ${fileBytes}` : ""}`);
  }
}

/** The columns of a schema, which lists every element before its children. */
function leavesOf(schema: FileMetaData["schema"]): Leaf[] {
  const leaves: Leaf[] = [];
  let at = 0;
  const walk = (path: readonly string[], isRepeated: boolean): void => {
    const element = schema[at++];
    if (!element) throw new Error("a schema with fewer elements than it tells of");
    const { num_children: children, type, repetition_type: repetition } = element;
    if (path.length > MOST_DEPTH) throw new Error(`a schema more than ${MOST_DEPTH} deep`);
    const own = at === 1 ? path : [...path, element.name];
    const repeats = isRepeated || repetition === "REPEATED";
    if (children === undefined || (children === 0 && type !== undefined)) {
      if (type === undefined && at > 1) throw new Error(`a column ${own.join(".")} without a type`);
      if (at > 1) leaves.push({ path: own, isFlat: !repeats });
      return;
    }
    if (!(Number.isInteger(children) && children >= 0 && children <= schema.length - at)) {
      throw new Error(`an element with ${children} children in a schema of ${schema.length}`);
    }
    for (let i = 0; i < children; i++) walk(own, repeats);
  };
  walk([], false);
  if (at !== schema.length)
    throw new Error(`a schema of ${numbered(schema.length, "element")} that tells of ${at}`);
  return leaves;
}

function whole(value: unknown, what: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`${String(value)} ${what}`);
  return number;
}
