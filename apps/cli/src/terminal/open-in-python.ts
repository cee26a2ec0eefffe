import type { OutputFormat } from "../tables/table-formats.js";
import { indent } from "./table.js";

/** A result, where it lies. */
export interface ToldPlace {
  readonly path: string;
  readonly key: string;
  readonly format: OutputFormat;
}

/** What a summary begins with. */
export function tellPlace({ path, key, format }: ToldPlace): string {
  return format === "zarr" || format === "h5ad" ? `${path}: obsm/${key}` : `${path}: a table`;
}

/** Two lines of Python that read a result. */
export function openInPython({ path, key, format }: ToldPlace): string[] {
  const file = JSON.stringify(path);
  const code = {
    zarr: ["import anndata", `anndata.read_zarr(${file}).obsm[${JSON.stringify(key)}]`],
    h5ad: ["import anndata", `anndata.read_h5ad(${file}).obsm[${JSON.stringify(key)}]`],
    csv: ["import pandas", `pandas.read_csv(${file}, index_col=0)`],
    "csv.gz": ["import pandas", `pandas.read_csv(${file}, index_col=0)`],
    parquet: ["import pandas", `pandas.read_parquet(${file}).set_index("barcode")`],
    arrow: ["import pandas", `pandas.read_feather(${file}).set_index("barcode")`],
  }[format];
  return ["Open it in Python:", ...indent(code)];
}
