import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A section as the command line names it: a store, and the table where that is a SpatialData container. */
export interface SectionPlace {
  readonly path: string;
  readonly table: string | undefined;
}

/**
 * The path of a table inside a SpatialData container (`sdata.zarr/tables/name`) as the container and the table's name, so that
 * shapes are found and the container's consolidated metadata are kept right; any other path as it is.
 */
export async function sectionAt(path: string, table: string | undefined): Promise<SectionPlace> {
  const folder = dirname(path);
  const container = dirname(folder);
  const isTable = ["tables", "table"].includes(basename(folder)) && table === undefined;
  if (!isTable || !(await isContainer(container))) return { path, table };
  return { path: container, table: basename(path) };
}

async function isContainer(folder: string): Promise<boolean> {
  const texts = await Promise.all(
    ["zarr.json", ".zattrs"].map((name) => readFile(join(folder, name), "utf8").catch(() => "")),
  );
  return texts.some((text) => text.includes('"spatialdata_attrs"'));
}
