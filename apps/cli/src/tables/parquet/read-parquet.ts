import { basename, dirname, resolve } from "node:path";
import { openParquet } from "@flashdeconv/io-zarr/internal";
import { ABOUT } from "@flashdeconv/results/internal";
import { memoryStore, type ReadableStore } from "@flashdeconv/stores";
import { directoryStore } from "@flashdeconv/stores/node/internal";
import type { ColumnFile } from "../column-file.js";

/** What a Parquet file says of itself, read without its rows; undefined where it says nothing. */
export async function aboutParquet(path: string): Promise<string | undefined> {
  const target = resolve(path);
  return (await openParquet(directoryStore(dirname(target)), basename(target)))?.note(ABOUT);
}

const NUMBERS: ReadonlySet<string | undefined> = new Set(["FLOAT", "DOUBLE", "INT32", "INT64"]);

/** The columns of a Parquet file without nesting. Throws FormatError where it is damaged. */
export async function parquetFile(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<ColumnFile> {
  const store = memoryStore();
  const name = basename(path);
  await store.set(`/${name}`, bytes);
  const file = await openParquet({ ...store, name: undefined } as ReadableStore, name, signal);
  if (file === undefined) throw new Error("there is nothing");
  const elements = file.metadata.schema.slice(1).filter(({ num_children }) => !num_children);
  return {
    columns: elements.map(({ name, type, converted_type, logical_type }) => {
      const isText = type === "BYTE_ARRAY" && (converted_type === "UTF8" || logical_type?.type === "STRING");
      return { name, kind: isText ? "text" : NUMBERS.has(type) ? "number" : "other" };
    }),
    async read(places) {
      const names = places.map((place) => elements[place].name);
      const columns: unknown[][] = names.map(() => []);
      for await (const group of file.rowGroups(names)) {
        for (const [i, name] of names.entries()) {
          const values = group.get(name) as ArrayLike<unknown>;
          for (let row = 0; row < values.length; row++) columns[i].push(values[row]);
        }
      }
      return columns;
    },
  };
}
