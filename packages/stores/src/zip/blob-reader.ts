import { StoreError } from "@flashdeconv/core";
import type { RangeReader } from "../range-reader.js";
import { requireWithin } from "./zip-reader.js";

/** Reads a Blob, such as a file that was picked in a page: no more of it than is asked for. */
export function blobReader(blob: Blob): RangeReader {
  return {
    getLength: async () => blob.size,
    async read(offset, length) {
      requireWithin(blob.size, offset, length);
      return readBlob(blob.slice(offset, offset + length), (blob as Partial<File>).name ?? "the file");
    },
  };
}

/** How browsers call a file that is not any more what was chosen. */
const GONE = new Set(["NotReadableError", "NotFoundError"]);

/** All bytes of a Blob, or of a slice of a file that was chosen. */
export async function readBlob(blob: Blob, name: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await blob.arrayBuffer());
  } catch (cause) {
    if (!GONE.has((cause as Error).name)) throw cause;
    throw new StoreError({
      path: name,
      found: "a file that was changed, moved or deleted after it was chosen, or that may not be read",
      expected: "the file as it was chosen",
      remedy: "Choose it again.",
      cause,
    });
  }
}
