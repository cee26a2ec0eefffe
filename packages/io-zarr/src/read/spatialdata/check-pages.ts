import type { ColumnMetaData } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";

/** Where a column of a row group lies in the file. */
export function columnRange(column: ColumnMetaData): { readonly start: number; readonly end: number } {
  const start = Number(column.dictionary_page_offset || column.data_page_offset);
  return { start, end: start + Number(column.total_compressed_size) };
}

/**
 * Walks over the pages of a column and checks what their headers claim: hyparquet believes them, and would step back for ever on a
 * length below 0 or make room for any number of values.
 *
 * @throws Error saying what is wrong
 */
export function checkPages(bytes: ArrayBuffer, column: ColumnMetaData): void {
  const reader = { view: new DataView(bytes), offset: 0 };
  const most = Number(column.total_uncompressed_size);
  let valuesLeft = Number(column.num_values);
  // The last byte is no page: hyparquet stops there too.
  while (reader.offset < bytes.byteLength - 1) {
    const header = parquetHeader(reader);
    const { compressed_page_size: stored, uncompressed_page_size: size } = header;
    if (!within(stored, bytes.byteLength - reader.offset) || !within(size, most)) {
      throw new Error(
        `a page of ${stored} bytes (${size} unpacked) in a column of ${bytes.byteLength} (${most})`,
      );
    }
    reader.offset += stored;
    const { dictionary_page_header: dictionary } = header;
    const data = header.data_page_header ?? header.data_page_header_v2;
    if (dictionary && !within(dictionary.num_values, size)) {
      throw new Error(`a dictionary of ${dictionary.num_values} items in ${size} bytes`);
    }
    if (!data) continue;
    if (!within(data.num_values, valuesLeft)) {
      throw new Error(`a page of ${data.num_values} values where ${valuesLeft} are left`);
    }
    valuesLeft -= data.num_values;
  }
}

function within(value: unknown, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
