import { numbered } from "@flashdeconv/core/internal";
import type { ColumnMetaData, Compressors, Encoding, PageHeader, SchemaTree } from "hyparquet";
import { decompressPage } from "hyparquet/src/datapage.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from "hyparquet/src/schema.js";
import { checkDeltas, checkRuns, type Reader, sumLengths } from "./check-runs.js";

/** Of text that shares its beginnings: bytes put together are at most this and a thousand times those of the page. */
const MOST_JOINED = 2 ** 26;

/**
 * Walks over the levels and the values of a data page whose header has been checked, where these tell of more than they take.
 *
 * @throws Error saying what is wrong, or RangeError where bytes end early
 */
export function checkPageData(
  { bytes, header }: { readonly bytes: Uint8Array; readonly header: PageHeader },
  column: ColumnMetaData,
  path: SchemaTree[],
  compressors: Compressors,
): void {
  const { type, uncompressed_page_size: size } = header;
  const repetition = bitsOf(getMaxRepetitionLevel(path));
  const mostDefinition = getMaxDefinitionLevel(path);
  const definition = bitsOf(mostDefinition);
  if (type === "DATA_PAGE" && header.data_page_header) {
    const { num_values: count, encoding } = header.data_page_header;
    const reader = readerOf(decompressPage(bytes, size, column.codec, compressors));
    if (repetition) checkLevels(reader, repetition, count);
    const levels = definition ? checkLevels(reader, definition, count) : undefined;
    let valueCount = count;
    if (levels) {
      const values = new Array<number>(count);
      readRleBitPackedHybrid(levels, definition, values);
      for (const level of values) if (level !== mostDefinition) valueCount--;
    }
    checkValues(reader, encoding, valueCount, column.type === "BOOLEAN");
    return;
  }
  const data = header.data_page_header_v2;
  if (!data) throw new Error(`a page of type ${type} without its header`);
  const {
    num_values: count,
    num_nulls: nullCount,
    num_rows: rowCount,
    repetition_levels_byte_length: repetitionBytes,
    definition_levels_byte_length: definitionBytes,
  } = data;
  const claims = [nullCount, rowCount, repetitionBytes, definitionBytes];
  const isSound = claims.every((claim) => Number.isInteger(claim) && claim >= 0);
  const levelBytes = repetitionBytes + definitionBytes;
  if (!isSound || nullCount > count || rowCount > count || levelBytes > Math.min(size, bytes.length)) {
    throw new Error(
      `${nullCount} of ${numbered(count, "value")} missing, ${numbered(rowCount, "row")}, levels of ${numbered(levelBytes, "byte")}`,
    );
  }
  const levels = readerOf(bytes.subarray(0, levelBytes));
  if (repetition) checkRuns(levels, repetition, count);
  levels.offset = repetitionBytes;
  if (definition) checkRuns(levels, definition, count);
  const stored = bytes.subarray(levelBytes);
  const isPacked = data.is_compressed !== false && size > levelBytes;
  const values = isPacked ? decompressPage(stored, size - levelBytes, column.codec, compressors) : stored;
  checkValues(readerOf(values), data.encoding, count - nullCount, false);
}

/** Steps over levels that begin with their length; gives a reader before them. */
function checkLevels(reader: Reader, width: number, count: number): Reader {
  const before = { view: reader.view, offset: reader.offset };
  const length = reader.view.getUint32(reader.offset, true);
  reader.offset += 4;
  const end = reader.offset + length;
  checkRuns(reader, width, count);
  if (end > reader.view.byteLength) throw new Error(`levels of ${numbered(length, "byte")}`);
  reader.offset = end;
  return before;
}

/** @param isTruths whether values are true or false and of a page of the first kind: runs of one bit, whatever its encoding says */
function checkValues(reader: Reader, encoding: Encoding, count: number, isTruths: boolean): void {
  switch (encoding) {
    case "PLAIN":
    case "BYTE_STREAM_SPLIT":
      return;
    case "RLE":
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      if (count === 0) return;
      const isTruth = encoding === "RLE" || isTruths;
      if (isTruth) reader.offset += 4;
      const width = isTruth ? 1 : reader.view.getUint8(reader.offset++);
      // Without bits there is one item and no run.
      if (width > 0) checkRuns(reader, width, count);
      return;
    }
    case "DELTA_BINARY_PACKED":
      if (count > 0) checkDeltas(reader, count);
      return;
    case "DELTA_LENGTH_BYTE_ARRAY":
      sumLengths(reader, count);
      return;
    case "DELTA_BYTE_ARRAY": {
      const joined = sumLengths(reader, count) + sumLengths(reader, count);
      if (joined > MOST_JOINED + 1024 * reader.view.byteLength)
        throw new Error(`text of ${numbered(joined, "byte")} in a page`);
      return;
    }
    default:
      throw new Error(`values in the encoding ${encoding}`);
  }
}

function readerOf(bytes: Uint8Array): Reader {
  return { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
}

function bitsOf(value: number): number {
  return 32 - Math.clz32(value);
}
