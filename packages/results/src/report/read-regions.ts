import { inspectStore, readColumn } from "@flashdeconv/io-zarr";
import type { ReportInput } from "@flashdeconv/report";
import type { ReadableStore } from "@flashdeconv/stores";

/** Columns of annotation with more groups tell nothing on a page. */
const MOST_GROUPS = 40;
const MOST_COLUMNS = 3;

/** Columns of obs that sort spots into a few groups, such as tissue regions; not what flashdeconv wrote. */
export async function readRegions(
  store: ReadableStore,
  { key, signal }: { readonly key: string; readonly signal?: AbortSignal },
): Promise<ReportInput["regions"]> {
  const { obsColumns } = await inspectStore(store, { signal });
  const found: NonNullable<ReportInput["regions"]>[number][] = [];
  for (const { name, kind } of obsColumns) {
    if (kind !== "categorical" || name.startsWith(`${key}_`) || found.length === MOST_COLUMNS) continue;
    const column = await readColumn(store, `obs/${name}`, { signal });
    if (column.kind !== "categorical") continue;
    const { codes, categories } = column;
    if (categories.length >= 2 && categories.length <= MOST_GROUPS) found.push({ name, codes, categories });
  }
  return found;
}
