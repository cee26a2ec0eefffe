import type { TableContent, TableTarget } from "../table-sink.js";
import { csvFormatter, csvHeader } from "./csv-rows.js";

/** Packs what `blocks` yields, which it may keep, and hands it on. */
export type Pack = (
  blocks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  append: (bytes: Uint8Array) => Promise<void>,
) => Promise<void>;

/** Writes a table as lines of text, packed where there is something that packs. */
export async function writeCsv(content: TableContent, file: TableTarget, pack?: Pack): Promise<void> {
  if (pack === undefined) {
    for await (const bytes of csvBlocks(content)) await file.append(bytes);
    return;
  }
  await pack(copied(csvBlocks(content)), (bytes) => file.append(bytes));
}

/** One character of ASCII, between cells. */
export const DELIMITER = ",";

async function* csvBlocks({ shape, rows }: TableContent): AsyncGenerator<Uint8Array> {
  yield csvHeader(shape, DELIMITER);
  const format = csvFormatter(shape, DELIMITER);
  for await (const block of rows(4096)) yield format(block);
}

/** What packs may still read a block when the next one is made. */
async function* copied(blocks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const bytes of blocks) yield bytes.slice();
}
