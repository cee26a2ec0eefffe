import { FormatError } from "@flashdeconv/core";
import { openParquet, type ParquetFile } from "@flashdeconv/io-zarr/internal";
import type { ReadableStore } from "@flashdeconv/stores";

/** Throws FormatError where there is no such file, or it is not a Parquet file. */
export async function openPositions(
  folder: ReadableStore,
  path: string,
  signal?: AbortSignal,
): Promise<ParquetFile> {
  const file = await openParquet(folder, path, signal);
  if (!file) throw brokenPositions(path, "no such file", "a Parquet file with positions");
  return file;
}

export type Group = ReadonlyMap<string, ArrayLike<unknown>>;

/** Throws FormatError where the column is not there. */
export function columnOf(group: Group, name: string, path: string): ArrayLike<unknown> {
  const values = group.get(name);
  if (!values || values.length === 0)
    throw brokenPositions(path, `no column ${name}`, "Space Ranger's or Xenium's columns");
  return values;
}

export function brokenPositions(path: string, found: string, expected: string): FormatError {
  const remedy = "Give the file as the instrument's software wrote it, of the same run as the matrix.";
  return new FormatError({ path, found, expected, remedy });
}
