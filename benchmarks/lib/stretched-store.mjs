import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const DOCUMENTS = new Set([".zarray", ".zattrs", ".zgroup"]);
const CHUNK_LENGTH = 1_048_576;

/**
 * The metadata of a simulated section, in Zarr v2, as if it had so many spots: enough for what reads metadata alone. The names of genes are there;
 * no count is.
 */
export function stretchStore(from, to, { spots, valuesPerSpot }) {
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!DOCUMENTS.has(entry.name)) continue;
    const path = join(entry.parentPath, entry.name).slice(from.length + 1);
    mkdirSync(dirname(join(to, path)), { recursive: true });
    copyFileSync(join(from, path), join(to, path));
  }
  cpSync(join(from, "var"), join(to, "var"), { recursive: true });
  const values = Math.round(spots * valuesPerSpot);
  const lengths = { "X/data": values, "X/indices": values, "X/indptr": spots + 1 };
  for (const [path, length] of Object.entries(lengths)) {
    const chunks = [Math.min(CHUNK_LENGTH, length)];
    edit(join(to, path, ".zarray"), (array) => ({ ...array, shape: [length], chunks }));
  }
  for (const path of ["obs/_index", "obsm/spatial"]) {
    edit(join(to, path, ".zarray"), (array) => ({ ...array, shape: [spots, ...array.shape.slice(1)] }));
  }
  edit(join(to, "X/.zattrs"), (matrix) => ({ ...matrix, shape: [spots, matrix.shape[1]] }));
}

function edit(path, change) {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
}
