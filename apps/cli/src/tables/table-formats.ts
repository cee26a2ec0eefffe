import { aboutArrow } from "./arrow/read-arrow.js";
import { writeArrow } from "./arrow/write-arrow.js";
import { CSV } from "./csv/text-format.js";
import { textTable } from "./csv/text-table.js";
import { aboutParquet } from "./parquet/read-parquet.js";
import { writeParquet } from "./parquet/write-parquet.js";
import type { TableKind } from "./table-kind.js";

/** Formats of a row per spot, each under the suffix that names it. */
const KINDS = {
  csv: textTable(CSV),
  "csv.gz": textTable({ isPacked: true }),
  parquet: {
    write: writeParquet,
    about: aboutParquet,
    inPython: (file) => `pandas.read_parquet(${file}).set_index("barcode")`,
  },
  arrow: {
    write: writeArrow,
    about: aboutArrow,
    inPython: (file) => `pandas.read_feather(${file}).set_index("barcode")`,
  },
} satisfies Record<string, TableKind>;

export type TableFormat = keyof typeof KINDS;
export const TABLE_KINDS: Readonly<Record<TableFormat, TableKind>> = Object.freeze(KINDS);
export const TABLE_FORMATS = Object.freeze(Object.keys(KINDS) as TableFormat[]);

/** Formats of one file: AnnData as well. */
export type FileFormat = TableFormat | "h5ad";
export const FILE_FORMATS: readonly FileFormat[] = Object.freeze([...TABLE_FORMATS, "h5ad"] as const);

/** Formats of a result. */
export type OutputFormat = "zarr" | FileFormat;
export const OUTPUT_FORMATS: readonly OutputFormat[] = Object.freeze(["zarr", ...FILE_FORMATS] as const);

/** Whether a result goes to an AnnData object, of whatever format. */
export function isAnnData(format: OutputFormat): format is "zarr" | "h5ad" {
  return format === "zarr" || format === "h5ad";
}
