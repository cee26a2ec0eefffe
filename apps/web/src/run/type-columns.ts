import { isFlashdeconvError } from "@flashdeconv/core";
import { readColumn, type StoreSummary } from "@flashdeconv/io-zarr";
import type { ReadableStore } from "@flashdeconv/stores";
import type { TypeColumn } from "./protocol.js";

/** What AnnData files call it most. */
const USUAL = /^cell_?type$/i;
const SOUNDS_LIKE_TYPES = /cell.?type|annot|label|ident|cluster|class|leiden|louvain|type/i;
/** More texts are not read to find out how many differ. */
const MOST_TEXTS = 1_000_000;
const MOST_EXAMPLES = 6;

/** Columns of obs with at least two values that several cells share, the likeliest to name types first. */
export async function typeColumns(
  store: ReadableStore,
  { table, obsColumns, rowCount }: StoreSummary & { readonly table: { readonly path: string } | undefined },
  signal: AbortSignal,
): Promise<TypeColumn[]> {
  const found: TypeColumn[] = [];
  for (const { name, kind } of obsColumns) {
    if (kind !== "categorical" && (kind !== "string" || rowCount > MOST_TEXTS)) continue;
    signal.throwIfAborted();
    const values = await valuesOf(store, `${table ? `${table.path}/` : ""}obs/${name}`, signal);
    if (values.length < 2 || values.length > rowCount / 2) continue;
    found.push({ name, valueCount: values.length, examples: values.slice(0, MOST_EXAMPLES) });
  }
  const rank = ({ name }: TypeColumn) => (USUAL.test(name) ? 0 : SOUNDS_LIKE_TYPES.test(name) ? 1 : 2);
  return found.sort((a, b) => rank(a) - rank(b));
}

async function valuesOf(store: ReadableStore, path: string, signal: AbortSignal): Promise<string[]> {
  try {
    const column = await readColumn(store, path, { signal });
    if (column.kind === "categorical") return column.categories.map(String);
    if (column.kind === "string") return [...new Set(column.values)].filter((value) => value !== undefined);
    return [];
  } catch (error) {
    // A column that cannot be read names no types.
    if (isFlashdeconvError(error) && error.tag !== "StoreError") return [];
    throw error;
  }
}
