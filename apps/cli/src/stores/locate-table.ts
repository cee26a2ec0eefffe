import { isFlashdeconvError, OptionError } from "@flashdeconv/core";
import { inspectStore } from "@flashdeconv/io-zarr";
import { foreignPart, safeNames } from "@flashdeconv/io-zarr/internal";
import { type StoreFlags, storeAccess } from "../options/store-options.js";
import { withStore } from "./with-store.js";

export interface TableRequest extends StoreFlags {
  readonly table?: string;
  readonly newTable?: string;
  readonly overwrite?: boolean;
}

/**
 * Where in a SpatialData container the table lies that will be written to or beside; undefined for an AnnData store. Reads metadata
 * only, before a run, so that a name that is taken costs no time.
 *
 * @throws OptionError where a table has to be named, or the new one has a name that is taken; what opening the store throws
 */
export function locateTable(
  path: string,
  { table, newTable, overwrite = false, ...flags }: TableRequest,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (newTable !== undefined) checkTableName(newTable);
  return withStore(path, storeAccess(flags), async (store) => {
    const { table: found } = await inspectStore(store, { table, signal });
    const isTaken = newTable !== undefined && found?.tableNames.includes(newTable);
    if (isTaken && (newTable === found?.name || !overwrite)) {
      throw new OptionError({
        option: "--new-table",
        value: newTable,
        rule: `a name that no table has yet (there are ${found?.tableNames.join(", ")})`,
        remedy:
          newTable === found?.name
            ? "Choose another name, or add to the table itself with --in-place."
            : "Choose another name, or replace the table with --overwrite.",
      });
    }
    const { list } = store;
    const foreign =
      isTaken && list && (await foreignPart({ ...store, list }, { path: `tables/${newTable}`, signal }));
    if (foreign) {
      throw new OptionError({
        option: "--new-table",
        value: newTable,
        rule: `a name that no table has yet, or one that flashdeconv wrote, all of it; that one holds ${foreign}`,
        remedy: "Choose another name, or remove that table yourself.",
      });
    }
    return found?.path;
  });
}

/**
 * The table that a new one goes beside, where none is named: the only one but for that of the new one's name, which an earlier run has
 * left. Undefined where that decides nothing.
 */
export async function tableBeside(
  path: string,
  newTable: string,
  flags: StoreFlags,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await withStore(path, storeAccess(flags), async (store) => {
      const { table } = await inspectStore(store, { table: newTable, signal });
      const others = table?.tableNames.filter((name) => name !== newTable) ?? [];
      return others.length === 1 ? others[0] : undefined;
    });
  } catch (error) {
    if (!isFlashdeconvError(error)) throw error;
    return undefined;
  }
}

function checkTableName(name: string): void {
  if (safeNames([name])[0] === name) return;
  throw new OptionError({
    option: "--new-table",
    value: name,
    rule: "a name that any file system can store",
    remedy: `Give it without slashes and the like: ${safeNames([name])[0]}.`,
  });
}
