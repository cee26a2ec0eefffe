import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const web = fileURLToPath(new URL("../apps/web/", import.meta.url));

/** The folder of the built page: `pnpm build` makes it; without one it is built here. */
export function builtPage(): string {
  const built = join(web, "dist");
  if (existsSync(join(built, "index.html"))) return built;
  const folder = mkdtempSync(join(tmpdir(), "flashdeconv-page-"));
  const vite = join(web, "node_modules/vite/bin/vite.js");
  execFileSync(process.execPath, [vite, "build", "--outDir", folder, "--logLevel", "error"], { cwd: web });
  return folder;
}

/** Gzipped bytes of all files that are loaded with these (by what their names begin with), the largest first: what they import at once, not what they load later. */
export function loadedWith(folder: string, entries: readonly string[]): [name: string, bytes: number][] {
  const assets = join(folder, "assets");
  const names = readdirSync(assets);
  const loaded = new Set<string>();
  const load = (name: string) => {
    // What reads Parquet counts as a codec.
    if (loaded.has(name) || name.startsWith("parquet")) return;
    loaded.add(name);
    const text = readFileSync(join(assets, name), "utf8");
    for (const [, other] of text.matchAll(
      /(?:^|[;}\n])\s*(?:import|export)\b[^"'`();]*["'`]\.\/([^"'`]+)["'`]/g,
    ))
      load(other);
  };
  for (const entry of entries) {
    const found = names.filter((name) => name.startsWith(entry) && /\.(js|css)$/.test(name));
    if (found.length === 0) throw new Error(`the build has no ${entry}`);
    for (const name of found) load(name);
  }
  const size = (path: string) => gzipSync(readFileSync(path), { level: 9 }).length;
  const all = [...loaded].map((name): [string, number] => [name, size(join(assets, name))]);
  all.push(["index.html", size(join(folder, "index.html"))]);
  return all.sort(([, a], [, b]) => b - a);
}
