import type { ChunkSource, DenseChunk } from "@flashdeconv/core";
import { settleAll } from "../settle-all.js";
import type { AnnDataAdditions } from "./contents.js";
import { writeColumn } from "./write-columns.js";
import { writeDenseTable } from "./write-dense-table.js";
import { writeUns } from "./write-uns.js";
import type { ZarrWriter } from "./zarr-writer.js";

/**
 * Writes columns, tables and annotation, without the groups that hold them and the indices of dataframes. Tables side by side:
 * while one is compressed another is read.
 */
export async function writeAdditions(
  zarr: ZarrWriter,
  { obs = [], obsm = {}, uns = {} }: AnnDataAdditions,
  onSpots: (count: number) => void,
): Promise<void> {
  const columns = async () => {
    for (const column of obs) await writeColumn(zarr, "obs", column);
  };
  const tables = Object.entries(obsm).map(([key, table]) =>
    writeDenseTable(zarr, `obsm/${key}`, table, onSpots),
  );
  await settleAll([columns(), ...tables]);
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
