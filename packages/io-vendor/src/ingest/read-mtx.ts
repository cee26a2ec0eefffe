import { FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { type EntryBatch, EntryBuffer } from "./entries.js";
import { type Bytes, eachLine, numberAt, textOf } from "./text-lines.js";

/** What the header of a Matrix Market file says. */
export interface MtxHeader {
  readonly rowCount: number;
  readonly columnCount: number;
  readonly entryCount: number;
}

const BANNER = /^%%MatrixMarket\s+matrix\s+coordinate\s+(integer|real|pattern)\s+general\s*$/i;
const SPACE = 0x20;
const TAB = 0x09;

/**
 * The entries of a Matrix Market file of coordinates (https://math.nist.gov/MatrixMarket/formats.html), numbers of rows and columns counted from
 * 0, in the order of the file. `onHeader` is told its header before the first of them.
 *
 * @throws FormatError for another kind of file, one that ends early, or an entry that lies outside of the matrix
 */
export async function* readMtx(
  text: Bytes,
  path: string,
  onHeader: (header: MtxHeader) => void,
): AsyncIterable<EntryBatch> {
  const buffer = new EntryBuffer();
  let header: MtxHeader | undefined;
  let seen = 0;
  const onLine = (bytes: Uint8Array, from: number, to: number, number: number): void => {
    if (number === 1) {
      const banner = textOf(bytes, from, Math.min(to, from + 200));
      if (!BANNER.test(banner)) throw broken(path, JSON.stringify(banner.slice(0, 60)), BANNER_EXPECTED);
      return;
    }
    if (from === to || bytes[from] === 0x25) return;
    const first = fieldEnd(bytes, from, to);
    const second = fieldEnd(bytes, first + 1, to);
    const a = numberAt(bytes, from, first);
    const b = numberAt(bytes, first + 1, second);
    // Of a matrix of which only the places are told, each place counts once.
    const value = second < to ? numberAt(bytes, second + 1, to) : 1;
    if (header === undefined) {
      header = headerOf([a, b, value], path, number);
      onHeader(header);
      return;
    }
    const isInside = a >= 1 && a <= header.rowCount && b >= 1 && b <= header.columnCount;
    if (!isInside || !Number.isInteger(a) || !Number.isInteger(b) || !Number.isFinite(value)) {
      throw broken(
        path,
        `${JSON.stringify(textOf(bytes, from, Math.min(to, from + 60)))} in line ${number}`,
        `a row of 1 to ${header.rowCount}, a column of 1 to ${header.columnCount} and a number`,
      );
    }
    seen++;
    buffer.add(a - 1, b - 1, value);
  };
  for await (const _ of eachLine(text, path, onLine)) {
    if (buffer.length > 0) yield buffer;
    buffer.clear();
  }
  const known = header as MtxHeader | undefined;
  if (known === undefined) throw broken(path, "an end before the size of the matrix", BANNER_EXPECTED);
  if (seen !== known.entryCount) {
    throw broken(
      path,
      `${numbered(seen, "entry")}`,
      `${known.entryCount}, as its header says: the file is not whole`,
    );
  }
}

const BANNER_EXPECTED =
  "a Matrix Market file of coordinates: %%MatrixMarket matrix coordinate integer general";

/** Where a field ends: at a blank, or at the end of the line. */
function fieldEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== SPACE && bytes[at] !== TAB) at++;
  return at;
}

/** Rows and columns are numbered with 32 bits everywhere after this. */
const MOST_LINES = 2 ** 31 - 2;

function headerOf([a, b, c]: readonly [number, number, number], path: string, line: number): MtxHeader {
  const isSize = (value: number) => Number.isSafeInteger(value) && value >= 0;
  if (isSize(a) && isSize(b) && isSize(c) && a <= MOST_LINES && b <= MOST_LINES) {
    return { rowCount: a, columnCount: b, entryCount: c };
  }
  throw broken(
    path,
    `the sizes in line ${line}`,
    `numbers of rows and columns of at most ${MOST_LINES}, and of entries`,
  );
}

function broken(path: string, found: string, expected: string): FormatError {
  return new FormatError({ path, found, expected, remedy: "Copy or write the file again." });
}
