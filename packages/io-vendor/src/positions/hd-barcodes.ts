import { FormatError, type NameChunk } from "@flashdeconv/core";

/** Bins of Visium HD by their names, one item each. */
export interface HdBins {
  readonly row: Int32Array;
  readonly column: Int32Array;
}

/** As in `s_008um_00012_00345-1`: edge, row and column. */
const BARCODE = /^s_\d{1,4}um_\d{1,6}_\d{1,6}(-\d+)?$/;

export function isHdBarcode(name: string): boolean {
  return BARCODE.test(name);
}

const UNDERSCORE = 0x5f;
const ZERO = 0x30;

/**
 * Row and column of each bin, which its name tells. Names are read as bytes: there may be eleven million.
 *
 * @throws FormatError for a name of another kind
 */
export async function readHdBins(
  names: AsyncIterable<NameChunk>,
  count: number,
  path: string,
): Promise<HdBins> {
  const row = new Int32Array(count);
  const column = new Int32Array(count);
  for await (const { start, count: length, offsets, bytes } of names) {
    for (let i = 0; i < length; i++) {
      const at = underscores(bytes, offsets[i], offsets[i + 1]);
      row[start + i] = at === undefined ? -1 : digits(bytes, at[0] + 1, at[1]);
      column[start + i] =
        at === undefined ? -1 : digits(bytes, at[1] + 1, dashFrom(bytes, at[1], offsets[i + 1]));
      if (row[start + i] < 0 || column[start + i] < 0) {
        throw notBin(new TextDecoder().decode(bytes.subarray(offsets[i], offsets[i + 1])), path);
      }
    }
  }
  return { row, column };
}

/** Where the second and the third underscore stand. */
function underscores(bytes: Uint8Array, from: number, to: number): [number, number] | undefined {
  const first = bytes.indexOf(UNDERSCORE, from);
  const second = bytes.indexOf(UNDERSCORE, first + 1);
  const third = bytes.indexOf(UNDERSCORE, second + 1);
  return first < 0 || second < 0 || third < 0 || third >= to ? undefined : [second, third];
}

function dashFrom(bytes: Uint8Array, from: number, to: number): number {
  const dash = bytes.indexOf(0x2d, from);
  return dash < 0 || dash > to ? to : dash;
}

/** A whole number of one to six digits; -1 for anything else. */
function digits(bytes: Uint8Array, from: number, to: number): number {
  if (to <= from || to - from > 6) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = bytes[i] - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = 10 * value + digit;
  }
  return value;
}

function notBin(name: string, path: string): FormatError {
  return new FormatError({
    path,
    found: `the name ${JSON.stringify(name.slice(0, 60))} among names of bins`,
    expected: "names like s_008um_00012_00345-1",
    remedy: "Give the matrix as Space Ranger wrote it.",
  });
}
