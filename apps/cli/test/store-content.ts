import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { storedZip } from "../../../packages/stores/test/read-stored-zip.js";

/** All stored bytes below a folder, by name, the parameters and the command (which name the inputs) left out. */
export async function contentOf(store: string): Promise<Map<string, string>> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const content = new Map<string, string>();
  for (const file of files.sort()) {
    const key = file.slice(store.length);
    // Consolidated metadata speak of the parameters' lengths.
    if (!/_params\/|_command\b/.test(key) && key !== "/.zmetadata" && key !== "/zarr.json")
      content.set(key, await readFile(file, "base64"));
  }
  return content;
}

/** Makes a zip of a store, its members uncompressed. */
export async function zipStore(store: string, zip: string): Promise<void> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const members = files.sort().map(async (file) => [relative(store, file), await readFile(file)] as const);
  await writeFile(zip, storedZip(await Promise.all(members)));
}
