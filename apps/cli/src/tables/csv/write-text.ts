import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { TableContent, TableTarget } from "../table-sink.js";
import { csvFormatter, csvHeader } from "./csv-rows.js";
import type { TextFormat } from "./text-format.js";

/** Digits hardly repeat: more effort takes long and saves little. Large pieces are written with fewer calls. */
const PACKING = { level: 1, chunkSize: 2 ** 20 };

/** Writes a table as lines of text. */
export async function writeText(format: TextFormat, content: TableContent, file: TableTarget): Promise<void> {
  if (!format.isPacked) {
    for await (const bytes of textBlocks(format, content)) await file.append(bytes);
    return;
  }
  await pipeline(
    async function* () {
      // What gzip is handed it may still read when the next block is made.
      for await (const bytes of textBlocks(format, content)) yield bytes.slice();
    },
    createGzip(PACKING),
    async (packed: AsyncIterable<Uint8Array>) => {
      for await (const bytes of packed) await file.append(bytes);
    },
  );
}

async function* textBlocks(
  { delimiter }: TextFormat,
  { shape, rows }: TableContent,
): AsyncGenerator<Uint8Array> {
  yield csvHeader(shape, delimiter);
  const format = csvFormatter(shape, delimiter);
  for await (const block of rows(4096)) yield format(block);
}
