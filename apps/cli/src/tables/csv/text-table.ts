import { writeCsv } from "@flashdeconv/results/internal";
import type { TableKind } from "../table-kind.js";
import { gzip } from "./gzip.js";
import { headerOf } from "./read-header.js";
import type { TextFormat } from "./text-format.js";

/** Text as a format of results. */
export function textTable(format: TextFormat): TableKind {
  return {
    write: (content, file) => writeCsv(content, file, format.isPacked ? gzip : undefined),
    header: (path) => headerOf(path, format),
    inPython: (file) => `pandas.read_csv(${file}, index_col=0)`,
  };
}
