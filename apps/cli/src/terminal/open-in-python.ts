import { indent } from "./table.js";

/** Two lines of Python that read a result. */
export function openInPython(path: string, key: string): string[] {
  const code = ["import anndata", `anndata.read_zarr(${JSON.stringify(path)}).obsm[${JSON.stringify(key)}]`];
  return ["Open it in Python:", ...indent(code)];
}
