import type { RowBlock } from "../row-blocks.js";
import type { TableShape } from "../table-shape.js";
import { csvCell, isPlain } from "./csv-cells.js";
import { NUMBER_BYTES, putNumber } from "./put-number.js";

const END = 10;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The first line: the names of the columns. */
export function csvHeader({ barcode, parts }: TableShape, delimiter: string): Uint8Array {
  const names = [barcode, ...parts.flatMap(({ columnNames }) => columnNames)];
  return encoder.encode(`${names.map(csvCell).join(delimiter)}\n`);
}

/** Makes lines of blocks of rows. What it returns holds until the next block. */
export function csvFormatter({ parts }: TableShape, delimiter: string): (block: RowBlock) => Uint8Array {
  const between = delimiter.charCodeAt(0);
  const kinds = parts.map(({ table, columnNames }) => ({
    width: columnNames.length,
    words: table.categories?.map((name) => encoder.encode(csvCell(name))),
  }));
  const cellBytes = kinds.map(({ words, width }) =>
    words ? 1 + Math.max(0, ...words.map(({ length }) => length)) : width * (1 + NUMBER_BYTES),
  );
  const rowBytes = cellBytes.reduce((sum, bytes) => sum + bytes, 4);
  let out = new Uint8Array(0);
  return ({ count, names, values }) => {
    // A byte of a name becomes two at most, where it is a quote.
    const most = count * rowBytes + 2 * names.bytes.length;
    if (out.length < most) out = new Uint8Array(most);
    let at = 0;
    for (let row = 0; row < count; row++) {
      at = putName(out, at, names, row);
      for (let part = 0; part < kinds.length; part++) {
        const { width, words } = kinds[part];
        const rows = values[part];
        for (let k = row * width; k < (row + 1) * width; k++) {
          out[at++] = between;
          if (words === undefined) at = putNumber(out, at, rows[k]);
          else if (rows[k] >= 0) {
            out.set(words[rows[k]], at);
            at += words[rows[k]].length;
          }
        }
      }
      out[at++] = END;
    }
    return out.subarray(0, at);
  };
}

function putName(out: Uint8Array, at: number, { bytes, offsets }: RowBlock["names"], row: number): number {
  const [from, to] = [offsets[row], offsets[row + 1]];
  if (isPlain(bytes, from, to)) {
    for (let i = from; i < to; i++) out[at++] = bytes[i];
    return at;
  }
  const cell = encoder.encode(csvCell(decoder.decode(bytes.subarray(from, to))));
  out.set(cell, at);
  return at + cell.length;
}
