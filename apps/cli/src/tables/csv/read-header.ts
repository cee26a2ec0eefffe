import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { DELIMITER, textOfCell } from "@flashdeconv/results/internal";
import { parse } from "csv-parse/sync";
import type { TextFormat } from "./text-format.js";

/** Names of thousands of types, or of all genes. */
const MOST_HEADER_BYTES = 2 ** 24;

/** The cells of a file's first line; undefined where it has none of a bearable length. Throws where the file cannot be read. */
export async function headerOf(
  path: string,
  { isPacked }: TextFormat,
): Promise<readonly string[] | undefined> {
  const file = await open(path);
  try {
    const bytes = file.createReadStream({ end: MOST_HEADER_BYTES, autoClose: false });
    const line = await firstLine(isPacked ? bytes.pipe(createGunzip()) : bytes, MOST_HEADER_BYTES);
    if (line === undefined) return undefined;
    const [cells = []] = parse(line, { delimiter: DELIMITER, relax_column_count: true }) as string[][];
    return cells.map(textOfCell);
  } finally {
    await file.close();
  }
}

/** The first line, as far as quotes go; undefined where it does not end within `most` bytes. */
async function firstLine(text: AsyncIterable<Uint8Array>, most: number): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let [length, quotes] = [0, 0];
  for await (const piece of text) {
    for (const [i, byte] of piece.entries()) {
      if (byte === 34) quotes++;
      if (byte !== 10 || quotes % 2 === 1) continue;
      pieces.push(piece.subarray(0, i));
      return Buffer.concat(pieces).toString();
    }
    pieces.push(piece);
    length += piece.length;
    if (length > most) return undefined;
  }
  return undefined;
}
