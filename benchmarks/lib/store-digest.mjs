import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Of all files of a store but the command that made it, which a resumed run does not share. */
export function digest(store) {
  const hash = createHash("sha256");
  const files = readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes("_command"))
    .sort();
  for (const file of files) hash.update(file.slice(store.length)).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}
