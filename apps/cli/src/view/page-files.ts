import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StoreError } from "@flashdeconv/core";

/** The files of the page, by their names; read when they are asked for. */
export interface PageFiles {
  readonly names: ReadonlySet<string>;
  read(name: string): Promise<Uint8Array>;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  wasm: "application/wasm",
  svg: "image/svg+xml",
  png: "image/png",
};

/** Where the page lies beside the built program, and where it is built, seen from the sources. */
const FOLDERS = ["./page/", "../../../../packages/viewer/dist/page/"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Looks for the built page. What is not among its files now is never given out.
 *
 * @param given its folder; where it comes with the program by default
 * @throws StoreError where there is no page
 */
export async function openPage(given?: string): Promise<PageFiles> {
  const folders = given === undefined ? FOLDERS : [given];
  for (const folder of folders) {
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const names = new Set(entries.filter((entry) => entry.isFile()).map((entry) => entry.name));
    if (names.has("index.html")) return { names, read: (name) => readFile(join(folder, name)) };
  }
  throw new StoreError({
    path: folders[0],
    found: "no index.html",
    expected: "the page that shows results, as it comes with the program",
    remedy: "Install flashdeconv again.",
  });
}

/** What a browser takes a file of the page for. */
export function contentType(name: string): string {
  return TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
}
