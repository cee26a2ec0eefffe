import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { RangeReader } from "@flashdeconv/stores";

export function fixturePath(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** Reads bytes in memory as a file, and counts how often. */
export function bytesReader(bytes: Uint8Array): RangeReader & { readonly reads: () => number } {
  let reads = 0;
  return {
    getLength: async () => bytes.length,
    async read(offset, length) {
      reads++;
      if (offset < 0 || offset + length > bytes.length) throw new Error(`bytes beyond ${bytes.length}`);
      return new Uint8Array(bytes.subarray(offset, offset + length));
    },
    reads: () => reads,
  };
}

export async function fixture(name: string) {
  return bytesReader(new Uint8Array(await readFile(fixturePath(name))));
}
