import { readFile } from "node:fs/promises";
import { StoreError } from "@flashdeconv/core";

/** Whether a path is taken for a table rather than a store. */
export function isTable(path: string): boolean {
  return /\.(csv|tsv|txt)$/i.test(path);
}

/** A text file as a whole. Throws StoreError where it cannot be read. */
export async function readText(path: string, signal: AbortSignal): Promise<string> {
  try {
    return await readFile(path, { encoding: "utf8", signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw new StoreError({
      path,
      found: `no file that can be read (${(cause as Error).message})`,
      expected: "a table as CSV or tab-separated text",
      remedy: "Check the path and its permissions.",
      cause,
    });
  }
}
