import { type NameChunk, ShapeError } from "@flashdeconv/core";
import { numbered } from "@flashdeconv/core/internal";
import type { ReadableStore, ReadOptions } from "@flashdeconv/stores";
import { type ColumnValues, readColumnOf } from "./column-values.js";
import { join, openHierarchy } from "./hierarchy.js";
import { openNames, readNames } from "./name-source.js";
import { inStore, streamInStore } from "./name-store.js";
import { openDataframe } from "./open-dataframe.js";
import { type NotingOptions, notingRepeats } from "./repeated-names.js";

/** A dataframe in memory. */
export interface Dataframe {
  readonly rowNames: readonly string[];
  /** By name, in the order of the dataframe. */
  readonly columns: ReadonlyMap<string, ColumnValues>;
}

/**
 * Reads one column of a dataframe, or any one-dimensional element of an AnnData store: `obs/cell_type`,
 * `uns/truth_cell_types`. Throws FormatError naming the path where it is not there or of another kind.
 */
export function readColumn(
  store: ReadableStore,
  path: string,
  { signal }: ReadOptions = {},
): Promise<ColumnValues> {
  return inStore(store, async () => {
    const hierarchy = await openHierarchy(store, signal);
    const [, parent = "", name = path] = /^(obs|var|raw\/var|obsm\/[^/]+)\/(.+)$/.exec(path) ?? [];
    return readColumnOf(hierarchy, parent, name, signal);
  });
}

/** Reads a whole dataframe (`obs`, `obsm/truth`), all of it into memory. Throws as `readColumn`; ShapeError for uneven columns. */
export function readDataframe(
  store: ReadableStore,
  path: string,
  { signal }: ReadOptions = {},
): Promise<Dataframe> {
  return inStore(store, async () => {
    const hierarchy = await openHierarchy(store, signal);
    const { columnNames } = await openDataframe(hierarchy, path);
    const rowNames = await readNames(await openNames(hierarchy, path, signal), signal);
    const columns = new Map<string, ColumnValues>();
    for (const name of columnNames) {
      const column = await readColumnOf(hierarchy, path, name, signal);
      const length = column.kind === "categorical" ? column.codes.length : column.values.length;
      if (length !== rowNames.length) {
        throw new ShapeError({
          subject: join(path, name),
          found: `${numbered(length, "value")} for ${numbered(rowNames.length, "row")}`,
          expected: "one value per row",
          remedy: "The dataframe is damaged: write the store again.",
        });
      }
      columns.set(name, column);
    }
    return { rowNames, columns };
  });
}

/**
 * Reads the row names of a dataframe: spot names by default. All at once, as strings, for matching tables by name; use
 * `spotNames` of an opened section to pass a million of them on. Throws FormatError where there is no such dataframe.
 */
export function readRowNames(
  store: ReadableStore,
  path = "obs",
  { signal }: ReadOptions = {},
): Promise<string[]> {
  return inStore(store, async () => {
    return readNames(await openNames(await openHierarchy(store, signal), path, signal), signal);
  });
}

/** The same as bytes, a chunk at a time, for passing a million of them on; at the end it is told how many repeat. */
export async function* streamRowNames(
  store: ReadableStore,
  path = "obs",
  { signal, onNotice }: NotingOptions = {},
): AsyncGenerator<NameChunk> {
  const names = await inStore(store, async () => openNames(await openHierarchy(store, signal), path, signal));
  yield* streamInStore(store, notingRepeats(names, { signal, onNotice }));
}
