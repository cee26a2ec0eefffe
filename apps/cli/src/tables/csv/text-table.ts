import type { TableKind } from "../table-sink.js";
import { headerOf } from "./read-header.js";
import type { TextFormat } from "./text-format.js";
import { writeText } from "./write-text.js";

/** Text as a format of results. */
export function textTable(format: TextFormat): TableKind {
  return {
    write: (content, file) => writeText(format, content, file),
    header: (path) => headerOf(path, format),
    inPython: (file) => `pandas.read_csv(${file}, index_col=0)`,
  };
}
