import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import type { AnnDataAdditions } from "./contents.js";
import { writeColumn } from "./write-columns.js";
import { writeDenseTable } from "./write-dense-table.js";
import { writeUns } from "./write-uns.js";
import type { ZarrWriter } from "./zarr-writer.js";

/** Writes columns, tables and annotation, without the groups that hold them and the indices of dataframes. */
export async function writeAdditions(
  zarr: ZarrWriter,
  { obs = [], obsm = {}, uns = {} }: AnnDataAdditions,
  onSpots: (count: number) => void,
): Promise<void> {
  for (const column of obs) await writeColumn(zarr, "obs", column);
  for (const [key, table] of Object.entries(obsm)) await writeDenseTable(zarr, `obsm/${key}`, table, onSpots);
  for (const [key, value] of Object.entries(uns)) await writeUns(zarr, `uns/${key}`, value);
}

/** Paths of the tables that are stored as dataframes and so need the spots' names. */
export function dataframesOf({ obsm = {} }: AnnDataAdditions): string[] {
  return Object.keys(obsm)
    .filter((key) => obsm[key].columnNames !== undefined)
    .map((key) => `obsm/${key}`);
}

export function tablesOf({ obsm = {} }: AnnDataAdditions): ChunkSource<DenseChunk>[] {
  return Object.values(obsm).map((table) => table.values);
}
