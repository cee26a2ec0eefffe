import { numbered } from "@flashdeconv/core/internal";
import type { ColumnMetaData, Compressors, SchemaTree } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { checkPageData } from "./check-page-data.js";
import { checkThrift } from "./check-thrift.js";

/** Of a page and of a column: bytes unpacked are at most this and a thousand times those stored. */
const MOST_UNPACKED = 2 ** 26;
const MOST_RATIO = 1024;
/** Values may be repeated, but a column of geometries or of an index takes a bit for each; of so many more nothing is thought. */
const MOST_REPEATED = 2 ** 20;

/**
 * Walks over the pages of a column and checks what their headers claim: hyparquet believes them, and would step back for ever on a
 * length below 0 or make room for any number of values.
 *
 * @param path the elements of the schema from its root to the column
 * @throws Error saying what is wrong, or RangeError where bytes end early
 */
export function checkPages(
  bytes: ArrayBuffer,
  column: ColumnMetaData,
  path: SchemaTree[],
  compressors: Compressors,
): void {
  const all = new Uint8Array(bytes);
  const most = Number(column.total_uncompressed_size);
  let at = 0;
  let valuesLeft = Number(column.num_values);
  // The last byte is not a page: hyparquet stops there too.
  while (at < bytes.byteLength - 1) {
    const dataStart = checkThrift(all, at);
    const header = parquetHeader({ view: new DataView(bytes), offset: at });
    const { compressed_page_size: stored, uncompressed_page_size: size } = header;
    const left = bytes.byteLength - dataStart;
    if (!within(stored, left) || !within(size, Math.min(most, MOST_UNPACKED + MOST_RATIO * stored))) {
      throw new Error(
        `a page of ${numbered(stored, "byte")} (${size} unpacked) in a column of ${left} (${most})`,
      );
    }
    const { dictionary_page_header: dictionary } = header;
    if (header.type === "DICTIONARY_PAGE" && !within(dictionary?.num_values, 8 * size)) {
      throw new Error(
        `a dictionary of ${numbered(Number(dictionary?.num_values ?? 0), "item")} in ${numbered(size, "byte")}`,
      );
    }
    const data = header.type === "DATA_PAGE" ? header.data_page_header : header.data_page_header_v2;
    if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
      const count = data?.num_values;
      if (!within(count, Math.min(valuesLeft, MOST_REPEATED + 8 * size))) {
        throw new Error(
          `a page of ${numbered(Number(count ?? 0), "value")} in ${numbered(size, "byte")} where ${valuesLeft} should follow`,
        );
      }
      valuesLeft -= count;
      const page = { bytes: all.subarray(dataStart, dataStart + stored), header };
      checkPageData(page, column, path, compressors);
    }
    at = dataStart + stored;
  }
  if (valuesLeft !== 0) throw new Error(`a column without the last ${valuesLeft} of its values`);
}

function within(value: unknown, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}
