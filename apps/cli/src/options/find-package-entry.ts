import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * The file that `import name` loads in a module that lies in `folder`. Node offers this for the running module only, so
 * package.json is read here: `exports` for Node's import, else `main`.
 */
export function findPackageEntry(name: string, folder: string): string | undefined {
  const [, packageName, subpath] = /^((?:@[\w.~-]+\/)?[\w~-][\w.~-]*)(\/.+)?$/.exec(name) ?? [];
  if (packageName === undefined) return undefined;
  const root = findUpwards(join("node_modules", packageName), folder);
  if (root === undefined) return undefined;
  const { exports, main } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const entry =
    exports === undefined ? (subpath ?? main ?? "index.js") : exported(exports, `.${subpath ?? ""}`);
  const file = entry && join(root, entry);
  return file && existsSync(file) ? file : undefined;
}

function findUpwards(path: string, folder: string): string | undefined {
  const full = join(folder, path);
  if (existsSync(join(full, "package.json"))) return full;
  const parent = dirname(folder);
  return parent === folder ? undefined : findUpwards(path, parent);
}

/** Follows subpath and conditions, in the order they stand in; patterns with `*` are not looked at. */
function exported(exports: unknown, subpath: string): string | undefined {
  if (typeof exports === "string") return subpath === "." ? exports : undefined;
  if (typeof exports !== "object" || exports === null) return undefined;
  const entries = Object.entries(exports);
  const isMap = entries.some(([key]) => key.startsWith("."));
  if (isMap) return target(entries.find(([key]) => key === subpath)?.[1]);
  return subpath === "." ? target(exports) : undefined;
}

function target(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [condition, next] of Object.entries(value)) {
    if (!["node", "import", "module-sync", "default"].includes(condition)) continue;
    const found = target(next);
    if (found !== undefined) return found;
  }
  return undefined;
}
