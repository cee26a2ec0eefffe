import type { Values } from "@flashdeconv/core";
import type { RowBlock } from "./row-blocks.js";
import type { TablePart, TableShape } from "./table-shape.js";

/** A column of a file, and where its numbers lie in a block. */
export interface FileColumn {
  readonly name: string;
  readonly part: number;
  readonly at: number;
  readonly width: number;
  readonly dtype: TablePart["table"]["dtype"];
  readonly categories: readonly string[] | undefined;
}

/** The columns behind the barcode. */
export function fileColumns({ parts }: TableShape): FileColumn[] {
  return parts.flatMap(({ table, columnNames }, part) =>
    columnNames.map((name, at) => ({
      name,
      part,
      at,
      width: columnNames.length,
      dtype: table.dtype,
      categories: table.categories,
    })),
  );
}

/** The numbers of one column of a block, of the column's type. */
export function numbersOf({ count, values }: RowBlock, { part, at, width, dtype }: FileColumn): Values {
  const rows = values[part];
  const numbers = dtype === "float32" ? new Float32Array(count) : new Float64Array(count);
  for (let row = 0; row < count; row++) numbers[row] = rows[row * width + at];
  return numbers;
}

/** Rows of a block that are written together. */
export const ROWS_PER_GROUP = 65_536;
