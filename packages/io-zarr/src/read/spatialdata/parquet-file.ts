import { FormatError, isFlashdeconvError } from "@flashdeconv/core";
import { countedTextAt, numbered } from "@flashdeconv/core/internal";
import type { ReadableStore } from "@flashdeconv/stores";
import { MOST_BYTES, readKey } from "@flashdeconv/stores/internal";
import type { AsyncBuffer, ColumnMetaData, FileMetaData } from "hyparquet";
import { requireChunkRoom } from "../../bounds.js";

/** A Parquet file of a store. Only the columns asked for are read, a row group at a time. */
export interface ParquetFile {
  readonly path: string;
  readonly metadata: FileMetaData;
  /** Text kept beside the schema under a key, such as "geo" and "pandas". */
  note(key: string): string | undefined;
  /** The columns of each row group, values as hyparquet gives them; geometries as bytes. */
  rowGroups(columns: readonly string[]): AsyncIterable<ReadonlyMap<string, ArrayLike<unknown>>>;
}

/** Read with the footer: most footers fit. */
const TAIL_BYTES = 65_536;
/** A footer takes a hundred bytes for each column of each row group, and notes. */
const MOST_FOOTER_BYTES = 2 ** 24;

/**
 * Opens the Parquet file at a path of the store; undefined where there is none.
 *
 * The size of the file need not be known: offsets count from its beginning, and the footer is read from its end.
 *
 * @throws FormatError where it is not a Parquet file or damaged, StoreError where reading fails
 */
export async function openParquet(
  store: ReadableStore,
  path: string,
  signal?: AbortSignal,
): Promise<ParquetFile | undefined> {
  const read = reader(store, path, signal);
  const tail = await read({ suffixLength: TAIL_BYTES });
  if (!tail) return undefined;
  const { parquetMetadata, parquetRead, parquetSchema } = await import("hyparquet");
  const { getTreePath } = await import("hyparquet/src/schema.js");
  const { pageCompressors } = await import("./page-compressors.js");
  const compressors = await pageCompressors();
  const { checkFooter, columnRange } = await import("./check-footer.js");
  const { checkPages } = await import("./check-pages.js");
  const { checkThrift } = await import("./check-thrift.js");
  const metadata = await inFile(path, async () => {
    const wanted = footerBytes(tail);
    if (wanted > MOST_FOOTER_BYTES) throw new Error(`a footer of ${numbered(wanted, "byte")}`);
    const footer = wanted <= tail.length ? tail : await read({ suffixLength: wanted });
    if (!footer || footer.length < wanted)
      throw new Error(`a footer of ${numbered(wanted, "byte")} in a smaller file`);
    checkThrift(footer.subarray(0, footer.length - 8), footer.length - wanted);
    // Its note of geometries is not followed: that would step back for ever on a number of children below 0.
    const claims = parquetMetadata(footer, { geoparquet: false });
    checkFooter(claims, tail.length < TAIL_BYTES ? tail.length - wanted : undefined);
    return claims;
  });
  const tree = parquetSchema(metadata);
  const checkedSlice = async (columns: readonly ColumnMetaData[], start: number, end: number) => {
    const { mostBytes = MOST_BYTES } = store;
    requireChunkRoom(path, end - start, mostBytes, "columns of a row group");
    const bytes = await read({ offset: start, length: end - start });
    if (bytes?.length !== end - start) throw new Error(`an end before byte ${end}`);
    const part = bytes.slice().buffer as ArrayBuffer;
    for (const column of columns) {
      const range = columnRange(column);
      if (range.start < start || range.end > end) continue;
      const own = part.slice(range.start - start, range.end - start);
      checkPages(own, column, getTreePath(tree, column.path_in_schema), compressors);
    }
    return part;
  };
  /** For some columns of a row group, whose pages are checked as they come. */
  const fileOf = (columns: readonly ColumnMetaData[]): AsyncBuffer => ({
    byteLength: Number.MAX_SAFE_INTEGER,
    slice(start, end = start) {
      const bytes = checkedSlice(columns, start, end);
      // hyparquet may ask for several parts and await only the first that fails.
      bytes.catch(() => undefined);
      return bytes;
    },
  });
  return {
    path,
    metadata,
    note: (name) => metadata.key_value_metadata?.find(({ key }) => key === name)?.value,
    async *rowGroups(columns) {
      let rowStart = 0;
      for (const { num_rows, columns: all } of metadata.row_groups) {
        const own = all.flatMap(({ meta_data: column }) =>
          column && columns.includes(column.path_in_schema[0]) ? column : [],
        );
        const rowEnd = rowStart + Number(num_rows);
        const parts = new Map<string, ArrayLike<unknown>[]>(columns.map((name) => [name, []]));
        await inFile(path, () =>
          parquetRead({
            file: fileOf(own),
            metadata,
            columns: [...columns],
            rowStart,
            rowEnd,
            compressors,
            utf8: false,
            parsers: {
              geometryFromBytes: asBytes,
              geographyFromBytes: asBytes,
              stringFromBytes: (bytes) => bytes && countedTextAt(bytes, path, "its columns"),
            },
            onChunk: ({ columnName, columnData }) => parts.get(columnName)?.push(columnData),
          }),
        );
        const values = new Map([...parts].map(([name, list]) => [name, joined(list)]));
        await inFile(path, async () => {
          for (const [name, { length }] of values) {
            if (rowStart + length !== rowEnd)
              throw new Error(`${numbered(length, "row")} of ${name} of ${num_rows}`);
          }
        });
        yield values;
        rowStart = rowEnd;
      }
    },
  };
}

type Range = { readonly offset: number; readonly length: number } | { readonly suffixLength: number };

/** Reads parts of the file; where the store cannot, the file is read once and kept. */
function reader(store: ReadableStore, path: string, signal?: AbortSignal) {
  let whole: Promise<Uint8Array | undefined> | undefined;
  return async (range: Range): Promise<Uint8Array | undefined> => {
    if (store.getRange) return readKey(store, `/${path}`, { signal, range });
    whole ??= readKey(store, `/${path}`, { signal, most: store.mostBytes ?? MOST_BYTES });
    const bytes = await whole;
    if ("suffixLength" in range) return bytes?.subarray(Math.max(0, bytes.length - range.suffixLength));
    return bytes?.subarray(range.offset, range.offset + range.length);
  };
}

/** The length of the footer with what ends the file: four bytes of length and "PAR1". */
function footerBytes(tail: Uint8Array): number {
  const end = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (tail.length < 12 || end.getUint32(tail.length - 4, true) !== 0x31524150) {
    throw new Error("a file that does not end in PAR1");
  }
  return end.getUint32(tail.length - 8, true) + 8;
}

const asBytes = (bytes: unknown) => bytes;

/** Pages of a column, as one; a list of one is handed on as it is. */
function joined(parts: readonly ArrayLike<unknown>[]): ArrayLike<unknown> {
  if (parts.length === 1) return parts[0];
  const items: unknown[] = [];
  for (const part of parts) for (let i = 0; i < part.length; i++) items.push(part[i]);
  return items;
}

async function inFile<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isFlashdeconvError(cause) || (cause as { name?: string })?.name === "AbortError") throw cause;
    // What hyparquet trips over tells of its code, not of the file.
    const isTrip = cause instanceof TypeError || cause instanceof RangeError || cause instanceof SyntaxError;
    throw new FormatError({
      path,
      found: isTrip ? "contents that contradict each other" : String((cause as Error).message ?? cause),
      expected: "a whole Parquet file",
      remedy: "The file is damaged or of an unknown kind: write the container again with spatialdata.",
      cause,
    });
  }
}
