import { writeArrow } from "./arrow/write-arrow.js";
import { writeCsv, writeCsvGzip } from "./csv/write-csv.js";
import { writeParquet } from "./parquet/write-parquet.js";
import type { TableFormat } from "./table-formats.js";
import type { TableWriter } from "./table-sink.js";

export const TABLE_WRITERS: Readonly<Record<TableFormat, TableWriter>> = {
  csv: writeCsv,
  "csv.gz": writeCsvGzip,
  parquet: writeParquet,
  arrow: writeArrow,
};
