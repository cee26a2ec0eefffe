import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { foreignPart } from "@flashdeconv/io-zarr/internal";
import type { ListedStore } from "@flashdeconv/stores";
import { withStore } from "../stores/with-store.js";
import { fingerprintIn, isAboutResult } from "./about.js";
import { aboutArrow } from "./arrow/read-arrow.js";
import { readHeader } from "./csv/read-header.js";
import { aboutParquet } from "./parquet/read-parquet.js";
import type { FileFormat } from "./table-formats.js";
import { typesAmong } from "./table-shape.js";

/** Names of thousands of types, or of all genes. */
const MOST_HEADER_BYTES = 2 ** 24;

/** What files of the formats that have room for it say of themselves. */
const ABOUT_OF = { parquet: aboutParquet, arrow: aboutArrow } as const;

/** Whether a file is a table that flashdeconv wrote; false for what cannot be read. */
export async function isOwnTable(path: string, format: FileFormat): Promise<boolean> {
  try {
    if (format === "h5ad") return await isOwnStore(path);
    if (format === "parquet" || format === "arrow") return isAboutResult(await ABOUT_OF[format](path));
    const names = await headerOf(path, format);
    return names !== undefined && typesAmong(names) !== undefined;
  } catch {
    return false;
  }
}

/** What a table was made of; undefined where none is there that tells. */
export async function fingerprintOfTable(
  path: string,
  format: FileFormat,
): Promise<readonly string[] | undefined> {
  if (format === "csv" || format === "csv.gz" || format === "h5ad") return undefined;
  return fingerprintIn(await ABOUT_OF[format](path).catch(() => undefined));
}

/** Whether a file of HDF5 holds a result of ours and nothing else. */
function isOwnStore(path: string): Promise<boolean> {
  return withStore(path, {}, async (store) => (await foreignPart(store as ListedStore)) === undefined);
}

/** The names in the first line of a CSV; undefined where there is none. Throws where the file cannot be read. */
export async function headerOf(
  path: string,
  format: "csv" | "csv.gz",
): Promise<readonly string[] | undefined> {
  const file = await open(path);
  try {
    const bytes = file.createReadStream({ end: MOST_HEADER_BYTES, autoClose: false });
    return await readHeader(format === "csv.gz" ? bytes.pipe(createGunzip()) : bytes, MOST_HEADER_BYTES);
  } finally {
    await file.close();
  }
}
