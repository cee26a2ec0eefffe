import { OptionError } from "@flashdeconv/core";
import { inspectStore, MOST_DOCUMENT_BYTES, type ReadableStore } from "@flashdeconv/io-zarr";

/**
 * Refuses to replace a table in place that flashdeconv did not write: a result of ours has its parameters beside it.
 *
 * @throws OptionError where `obsm/<key>` is somebody else's
 */
export async function refuseForeignKey(
  store: ReadableStore,
  key: string,
  table: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { obsm, zarrFormat, table: found } = await inspectStore(store, { table, signal });
  if (!obsm.some((table) => table.key === key)) return;
  const document = zarrFormat === 2 ? ".zgroup" : "zarr.json";
  const prefix = found ? `${found.path}/` : "";
  if (await store.get(`/${prefix}uns/${key}_params/${document}`, { signal, most: MOST_DOCUMENT_BYTES }))
    return;
  throw new OptionError({
    option: "--key-added",
    value: key,
    rule: "a key of obsm that is free, or holds a result of flashdeconv",
    remedy: "Choose another key, or replace what is there with --overwrite.",
  });
}
