import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** All stored bytes below a folder, by name, the parameters (which name the inputs) left out. */
export async function contentOf(store: string): Promise<Map<string, string>> {
  const entries = await readdir(store, { recursive: true, withFileTypes: true });
  const files = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const content = new Map<string, string>();
  for (const file of files.sort()) {
    const key = file.slice(store.length);
    if (!key.includes("_params/") && !key.endsWith(".zmetadata"))
      content.set(key, await readFile(file, "base64"));
  }
  return content;
}
