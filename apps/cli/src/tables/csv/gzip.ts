import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Pack } from "@flashdeconv/results/internal";

/** Digits hardly repeat: more effort takes long and saves little. Large pieces are written with fewer calls. */
const PACKING = { level: 1, chunkSize: 2 ** 20 };

export const gzip: Pack = (blocks, append) =>
  pipeline(blocks, createGzip(PACKING), async (packed: AsyncIterable<Uint8Array>) => {
    for await (const bytes of packed) await append(bytes);
  });
