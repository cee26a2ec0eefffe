import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { TableContent, TableTarget } from "../table-sink.js";
import { csvFormatter, csvHeader } from "./csv-rows.js";

/** Digits hardly repeat: more effort takes long and saves little. Large pieces are written with fewer calls. */
const PACKING = { level: 1, chunkSize: 2 ** 20 };

/** Writes a table as CSV. */
export async function writeCsv(content: TableContent, file: TableTarget): Promise<void> {
  for await (const bytes of csvBlocks(content)) await file.append(bytes);
}

/** The same, packed with gzip. */
export async function writeCsvGzip(content: TableContent, file: TableTarget): Promise<void> {
  await pipeline(
    async function* () {
      // What gzip is handed it may still read when the next block is made.
      for await (const bytes of csvBlocks(content)) yield bytes.slice();
    },
    createGzip(PACKING),
    async (packed: AsyncIterable<Uint8Array>) => {
      for await (const bytes of packed) await file.append(bytes);
    },
  );
}

async function* csvBlocks({ shape, rows }: TableContent): AsyncGenerator<Uint8Array> {
  yield csvHeader(shape);
  const format = csvFormatter(shape);
  for await (const block of rows(4096)) yield format(block);
}
