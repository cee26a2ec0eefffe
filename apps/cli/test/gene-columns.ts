import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { strings } from "../../../packages/io-zarr/test/read-tiny-anndata.js";
import { TinyZarr } from "../../../packages/io-zarr/test/read-tiny-zarr.js";

/** Adds a column to a dataframe (`var`, `obs`) of a Zarr v2 store: names, or numbers. */
export async function addColumn(
  store: string,
  frame: string,
  name: string,
  values: readonly string[] | readonly number[],
): Promise<void> {
  const zarr = new TinyZarr(2);
  const path = `${frame}/${name}`;
  if (typeof values[0] === "number") {
    zarr.array(path, { type: "float64", shape: [values.length], values });
  } else strings(zarr, path, values as readonly string[]);
  const attributes = JSON.parse(await readFile(join(store, frame, ".zattrs"), "utf8"));
  zarr.json(`${frame}/.zattrs`, { ...attributes, "column-order": [...attributes["column-order"], name] });
  await putInto(store, zarr);
}

/** Writes the documents and chunks of a small store over those of another, which is no longer consolidated. */
export async function putInto(store: string, zarr: TinyZarr): Promise<void> {
  for (const [key, bytes] of zarr.files) {
    await mkdir(dirname(join(store, key)), { recursive: true });
    await writeFile(join(store, key), bytes);
  }
  await rm(join(store, ".zmetadata"), { force: true });
}
