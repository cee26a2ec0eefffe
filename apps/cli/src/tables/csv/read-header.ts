import { parse } from "csv-parse/sync";
import { textOfCell } from "./csv-cells.js";

/** The cells of the first line of CSV; undefined where it does not end within `most` bytes. */
export async function readHeader(
  text: AsyncIterable<Uint8Array>,
  most: number,
): Promise<readonly string[] | undefined> {
  const pieces: Uint8Array[] = [];
  let [length, quotes] = [0, 0];
  for await (const piece of text) {
    for (const [i, byte] of piece.entries()) {
      if (byte === 34) quotes++;
      if (byte !== 10 || quotes % 2 === 1) continue;
      pieces.push(piece.subarray(0, i));
      return headerNames(Buffer.concat(pieces).toString());
    }
    pieces.push(piece);
    length += piece.length;
    if (length > most) return undefined;
  }
  return undefined;
}

function headerNames(line: string): readonly string[] {
  const [cells = []] = parse(line, { relax_column_count: true }) as string[][];
  return cells.map(textOfCell);
}
