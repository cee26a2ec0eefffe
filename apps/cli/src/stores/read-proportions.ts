import { collect, FormatError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import { inspectStore, readColumn, readObsm, readRowNames } from "@flashdeconv/io-zarr";
import { INTERVAL_TABLES } from "@flashdeconv/pipeline/internal";
import type { NamedProportions } from "@flashdeconv/simulate";
import type { ReadableStore, StoreAccess } from "@flashdeconv/stores";
import { RESULT_KINDS } from "../options/input-kinds.js";
import { withFlags } from "../options/option-flags.js";
import { isColumnTable, readColumnTable } from "../tables/read-column-table.js";
import { parseProportions } from "./parse-proportions.js";
import { isTable, readText } from "./read-text.js";
import { withStore } from "./with-store.js";

const PROPORTIONS = `${RESULT_KINDS}, or a table of proportions (.csv, .parquet, .arrow)`;

export interface ProportionsRequest {
  readonly path: string;
  /** Key in `obsm`; of no meaning for a table. */
  readonly key: string;
  /** The flag that names the key. */
  readonly keyFlag: string;
  /** How a store behind a URL is reached. */
  readonly access: StoreAccess;
}

/** Reads proportions with their names, all into memory, from `obsm/<key>` of a store or from a table. */
export async function readProportions(
  { path, key, keyFlag, access }: ProportionsRequest,
  signal: AbortSignal,
): Promise<NamedProportions> {
  if (isTable(path)) return parseProportions(path, await readText(path, access, signal));
  if (isColumnTable(path)) return readColumnTable(path, access, signal);
  return withStore(path, { ...access, expects: PROPORTIONS }, async (store) => {
    const { columnNames, values } = await withFlags({ key: keyFlag }, () => readObsm(store, key, { signal }));
    const typeNames = columnNames ?? (await readTypeNames(store, key, values.width, signal));
    const spotNames = await readRowNames(store, "obs", { signal });
    if (spotNames.length !== values.spotCount) {
      throw new FormatError({
        path: `obsm/${key}`,
        found: `${numbered(values.spotCount, "row")} for ${numbered(spotNames.length, "name")} in obs`,
        expected: "a row per spot",
        remedy: "The store is damaged: write it again.",
      });
    }
    return { spotNames, typeNames, values: (await collect(values, { signal })).values };
  });
}

/** The ends of the intervals around proportions, with their names; undefined where the result has none. */
export async function readIntervals(
  { path, key, access }: ProportionsRequest,
  signal: AbortSignal,
): Promise<{ readonly low: NamedProportions; readonly high: NamedProportions } | undefined> {
  const [low, high] = await Promise.all(INTERVAL_TABLES.map((bound) => readBound(bound)));
  return low && high && { low, high };

  async function readBound(bound: (typeof INTERVAL_TABLES)[number]): Promise<NamedProportions | undefined> {
    if (isTable(path)) return parseProportions(path, await readText(path, access, signal), bound);
    if (isColumnTable(path)) return readColumnTable(path, access, signal, bound);
    return withStore(path, { ...access, expects: PROPORTIONS }, async (store) => {
      const { obsm } = await inspectStore(store, { signal });
      const name = `${key}_${bound}`;
      if (!obsm.some((one) => one.key === name)) return undefined;
      const { columnNames: typeNames, values } = await readObsm(store, name, { signal });
      if (typeNames === undefined) return undefined;
      const spotNames = await readRowNames(store, "obs", { signal });
      return { spotNames, typeNames, values: (await collect(values, { signal })).values };
    });
  }
}

/** A plain array has no names of its own: they lie in `uns/<key>_cell_types`. */
async function readTypeNames(
  store: ReadableStore,
  key: string,
  width: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const path = `uns/${key}_cell_types`;
  const column = await readColumn(store, path, { signal });
  const names = column.kind === "string" ? column.values.map((name) => name ?? "") : [];
  if (names.length === width) return names;
  throw new FormatError({
    path,
    found: column.kind === "string" ? `${numbered(names.length, "name")}` : `values of kind ${column.kind}`,
    expected: `the names of the ${numbered(width, "column")} of obsm/${key}`,
    remedy: "Store the proportions as a dataframe, with a column per cell type.",
  });
}
