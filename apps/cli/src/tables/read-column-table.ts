import { FormatError, isFlashdeconvError } from "@flashdeconv/core";
import type { TypeColumns } from "@flashdeconv/results/internal";
import type { NamedProportions } from "@flashdeconv/simulate";
import type { StoreAccess } from "@flashdeconv/stores";
import { readTableBytes } from "../stores/read-text.js";
import { withoutQuery } from "../stores/without-query.js";
import { arrowFile } from "./arrow/read-arrow.js";
import { proportionsIn } from "./column-file.js";
import { parquetFile } from "./parquet/read-parquet.js";

/** Whether a path is taken for a table of columns. */
export function isColumnTable(path: string): boolean {
  return /\.(parquet|arrow|feather)$/i.test(withoutQuery(path));
}

/** Reads proportions from a Parquet or Arrow file, all into memory. Throws FormatError where it cannot be read; undefined where it has no such columns. */
export async function readColumnTable(
  path: string,
  access: StoreAccess,
  signal: AbortSignal,
): Promise<NamedProportions>;
export async function readColumnTable(
  path: string,
  access: StoreAccess,
  signal: AbortSignal,
  which: TypeColumns,
): Promise<NamedProportions | undefined>;
export async function readColumnTable(
  path: string,
  access: StoreAccess,
  signal: AbortSignal,
  which: TypeColumns = "proportions",
): Promise<NamedProportions | undefined> {
  const bytes = await readTableBytes(path, access, signal);
  const isParquet = /\.parquet$/i.test(withoutQuery(path));
  try {
    return await proportionsIn(
      path,
      isParquet ? await parquetFile(path, bytes, signal) : await arrowFile(bytes),
      which,
    );
  } catch (cause) {
    if (isFlashdeconvError(cause)) throw cause;
    throw new FormatError({
      path,
      found: `a file that is not ${isParquet ? "Parquet" : "Arrow"}, or is damaged: ${(cause as Error).message}`,
      expected: "a table with a row per spot",
      remedy: "Write the table again.",
      cause,
    });
  }
}
