import type { StoreAccess } from "@flashdeconv/stores";
import { MOST_TABLE_BYTES } from "@flashdeconv/stores/internal";
import { readObject } from "@flashdeconv/stores/node/internal";

/** Whether a path is taken for a table rather than a store. */
export function isTable(path: string): boolean {
  return /\.(csv|tsv|txt)$/i.test(/^https?:/i.test(path) ? path.replace(/[?#].*$/s, "") : path);
}

/** Cells that are cut out of a text take several times its bytes. */
const TEXT_SHARE = 1 / 4;

/** A text file, at a path or URL, as a whole. Throws StoreError where it cannot be read. */
export async function readText(path: string, access: StoreAccess, signal: AbortSignal): Promise<string> {
  const { mostBytes = Number.POSITIVE_INFINITY } = access;
  const most = Math.min(MOST_TABLE_BYTES, Math.floor(TEXT_SHARE * mostBytes));
  return new TextDecoder().decode(await readObject(path, access, { signal, most }));
}
