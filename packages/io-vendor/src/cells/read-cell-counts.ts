import { FormatError } from "@flashdeconv/core";
import { type EntryBatch, EntryBuffer } from "../ingest/entries.js";
import type { MexFile } from "../ingest/ingest-mex.js";
import { eachLine, numberAt, textOf } from "../ingest/text-lines.js";
import type { CellTables, CountColumns } from "./cell-tables.js";
import { fieldEnd, fieldText, type Line, readHeader } from "./csv-fields.js";

/** What a table of counts turns out to hold, as it is read. */
export interface CountReader {
  /** Told of the columns that are genes, and how many are controls. */
  onHeader(genes: readonly string[], controlCount: number): void;
  /** The row of a cell by its name; undefined for one that is left out. Throws what `refuse` makes of a reason. */
  rowOf(name: string | undefined, refuse: (found: string) => FormatError): number | undefined;
}

const ZERO = 0x30;
const NO_GENE = -1;

/**
 * The counts of a table of cells by genes, line by line: a line may have tens of thousands of fields.
 *
 * @throws FormatError for another kind of table, a line with other fields than its header, and what is no number
 */
export async function* readCellCounts(
  { path, read }: MexFile,
  tables: CellTables,
  reader: CountReader,
): AsyncIterable<EntryBatch> {
  const buffer = new EntryBuffer();
  let columns: CountColumns | undefined;
  let geneOf = new Int32Array(0);
  let keyEnd = 0;
  let separator = 0;
  const begin = (line: Line) => {
    const { header, ...told } = readHeader(line, (names) => tables.countColumns(names));
    ({ columns, separator } = told);
    if (!columns) throw broken(path, `the columns ${header.slice(0, 6).join(", ")}`);
    const { key, others, controls } = columns;
    const isOther = new Set([...key, ...others, ...controls]);
    const genes: string[] = [];
    geneOf = Int32Array.from(header, (name, column) =>
      isOther.has(column) ? NO_GENE : genes.push(name) - 1,
    );
    keyEnd = Math.max(...key) + 1;
    if (genes.length === 0) throw broken(path, "no column of a gene");
    const nameless = header.findIndex((name, column) => geneOf[column] !== NO_GENE && name === "");
    if (nameless >= 0) throw broken(path, `no name of a gene in column ${nameless + 1}`);
    reader.onHeader(genes, controls.length);
  };
  const onLine = (bytes: Uint8Array, from: number, to: number, number: number): void => {
    if (number === 1) {
      begin({ bytes, from, to });
      return;
    }
    if (from === to || columns === undefined) return;
    const line = { bytes, from, to };
    const ids = columns.key.map(() => "");
    let at = from;
    for (let column = 0; column < keyEnd; column++) {
      const end = fieldEnd(line, at, separator);
      const part = columns.key.indexOf(column);
      if (part >= 0 && at <= to) ids[part] = fieldText(bytes, at, end);
      at = end + 1;
    }
    if (ids.includes("")) throw broken(path, `no name of a cell in line ${number}`);
    const name = tables.isBackground(ids) ? undefined : tables.nameOf(ids);
    const row = reader.rowOf(name, (found) => broken(path, `${found} in line ${number}`));
    if (row === undefined) return;
    let column = 0;
    for (at = from; at <= to; column++) {
      const end = fieldEnd(line, at, separator);
      const gene = column < geneOf.length ? geneOf[column] : NO_GENE;
      if (gene !== NO_GENE && !(end - at === 1 && bytes[at] === ZERO)) {
        const value = numberAt(bytes, at, end);
        if (!Number.isFinite(value))
          throw broken(
            path,
            `${JSON.stringify(textOf(bytes, at, Math.min(end, at + 40)))} as a count in line ${number}`,
          );
        if (value !== 0) buffer.add(row, gene, value);
      }
      at = end + 1;
    }
    if (column !== geneOf.length)
      throw broken(path, `a line ${number} of ${column} for a header of ${geneOf.length}`);
  };
  for await (const _ of eachLine(read(), path, onLine)) {
    if (buffer.length > 0) yield buffer;
    buffer.clear();
  }
  if (columns === undefined) throw broken(path, "no line");
}

function broken(path: string, found: string): FormatError {
  return new FormatError({
    path,
    found,
    expected: "a table with a line for each cell and a column for each gene",
    remedy: "Give the file as the instrument's software wrote it.",
  });
}
