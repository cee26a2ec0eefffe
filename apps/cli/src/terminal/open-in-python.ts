import { isAnnData, type OutputFormat, TABLE_KINDS } from "../tables/table-formats.js";
import { indent } from "./table.js";

/** A result, where it lies. */
export interface ToldPlace {
  readonly path: string;
  readonly key: string;
  readonly format: OutputFormat;
}

/** What a summary begins with. */
export function tellPlace({ path, key, format }: ToldPlace): string {
  return isAnnData(format) ? `${path}: obsm/${key}` : `${path}: a table`;
}

/** Two lines of Python that read a result. */
export function openInPython({ path, key, format }: ToldPlace): string[] {
  const file = JSON.stringify(path);
  const code = isAnnData(format)
    ? ["import anndata", `anndata.read_${format}(${file}).obsm[${JSON.stringify(key)}]`]
    : ["import pandas", TABLE_KINDS[format].inPython(file)];
  return ["Open it in Python:", ...indent(code)];
}

/** The same for a store as a whole. */
export function openStoreInPython(path: string): string[] {
  return ["Open it in Python:", ...indent(["import anndata", `anndata.read_zarr(${JSON.stringify(path)})`])];
}
