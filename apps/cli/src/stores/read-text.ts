import { readObject, type StoreAccess } from "@flashdeconv/io-zarr/node";

/** Whether a path is taken for a table rather than a store. */
export function isTable(path: string): boolean {
  return /\.(csv|tsv|txt)$/i.test(/^https?:/i.test(path) ? path.replace(/[?#].*$/s, "") : path);
}

/** A text file, at a path or URL, as a whole. Throws StoreError where it cannot be read. */
export async function readText(path: string, access: StoreAccess, signal: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await readObject(path, access, { signal }));
}
