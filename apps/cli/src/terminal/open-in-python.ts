import { indent } from "./table.js";

/** Two lines of Python that read a result. */
export function openInPython(path: string, key: string): string {
  const code = `import anndata\nanndata.read_zarr(${JSON.stringify(path)}).obsm[${JSON.stringify(key)}]`;
  return `Open it in Python:\n${indent(code)}`;
}
