import { foreignPart } from "@flashdeconv/io-zarr/internal";
import { isAboutResult, parametersIn, typesAmong } from "@flashdeconv/results/internal";
import type { ListedStore } from "@flashdeconv/stores";
import { withStore } from "../stores/with-store.js";
import { type FileFormat, TABLE_KINDS, type TableFormat } from "./table-formats.js";

/** Whether a file is a table that flashdeconv wrote; false for what cannot be read. */
export async function isOwnTable(path: string, format: FileFormat): Promise<boolean> {
  try {
    if (format === "h5ad") return await isOwnStore(path);
    const { about, header } = TABLE_KINDS[format];
    if (about) return isAboutResult(await about(path));
    const names = await header?.(path);
    return names !== undefined && typesAmong(names) !== undefined;
  } catch {
    return false;
  }
}

/** How a table was made; undefined where none is there that tells. */
export async function parametersOfTable(
  path: string,
  format: TableFormat,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return parametersIn(await TABLE_KINDS[format].about?.(path).catch(() => undefined));
}

/** Whether a file of HDF5 holds a result of ours and nothing else. */
function isOwnStore(path: string): Promise<boolean> {
  return withStore(path, {}, async (store) => (await foreignPart(store as ListedStore)) === undefined);
}
