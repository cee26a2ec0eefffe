import { FormatError } from "@flashdeconv/core";
import { fileText } from "@flashdeconv/core/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { MOST_TABLE_BYTES, readBounded, readKey } from "@flashdeconv/stores/internal";

/**
 * A file of text, unpacked where its name ends in `.gz`.
 *
 * @throws FormatError where it is not there, cannot be unpacked or is not UTF-8, StoreError for one of more text than a program can hold
 */
export async function readText(
  files: ReadableStore,
  path: string,
  { signal }: ReadOptions = {},
): Promise<string> {
  const bytes = await readKey(files, `/${path}`, { signal, most: MOST_TABLE_BYTES });
  if (!bytes) throw broken(path, "no such file");
  if (!path.endsWith(".gz")) return fileText(bytes, path);
  return fileText(await unpacked(bytes, path), path);
}

async function unpacked(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    return await readBounded(packed.pipeThrough(new DecompressionStream("gzip")), MOST_TABLE_BYTES);
  } catch (cause) {
    throw broken(path, "a file that cannot be unpacked, or is too large", cause);
  }
}

function broken(path: string, found: string, cause?: unknown): FormatError {
  return new FormatError({
    path,
    found,
    expected: "a whole file of text",
    remedy: "Copy the file again from the instrument's output.",
    cause,
  });
}
