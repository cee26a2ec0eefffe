import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { ReadableStore } from "@flashdeconv/stores";
import { build, transform } from "esbuild";
import { sources } from "./bundle.js";

/** As `flashdeconv view` sends it. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; connect-src 'self'; img-src 'self' data: blob:; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

export const TOKEN = "0123456789abcdef0123456789abcdef";

/** The page of the viewer, made of the sources. */
export async function buildPage(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = mkdtempSync(join(tmpdir(), "viewer-page-"));
  const source = fileURLToPath(new URL("../packages/viewer/src/", import.meta.url));
  await build({
    entryPoints: { view: `${source}page/main.ts` },
    outdir: folder,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
    plugins: [sources],
  });
  const files = new Map<string, Uint8Array>();
  for (const name of readdirSync(folder)) files.set(name, readFileSync(join(folder, name)));
  rmSync(folder, { recursive: true });
  files.set("index.html", readFileSync(`${source}page/index.html`));
  const styles = ["page/page.css", "viewer.css"].map((path) => readFileSync(source + path, "utf8"));
  const { code } = await transform(styles.join("\n"), { loader: "css", minify: true });
  files.set("view.css", Buffer.from(code));
  return files;
}

/** Bytes of what a page loads at once, what its script imports included, packed as a server may send them. */
export function packedBytes(files: ReadonlyMap<string, Uint8Array>): number {
  const names = new Set(["view.css", "view.js"]);
  for (const name of names) {
    const text = Buffer.from(files.get(name)!).toString();
    for (const [, imported] of text.matchAll(/(?:from|import)"\.\/([\w.-]+\.js)"/g)) names.add(imported);
  }
  return [...names].reduce((sum, name) => sum + gzipSync(files.get(name)!, { level: 9 }).length, 0);
}

/** What a server of the test shows; `fails` says which keys it has trouble with, and how. */
export interface Shown {
  readonly store: ReadableStore;
  readonly key?: string;
  readonly name?: string;
  fails?: (key: string) => number | undefined;
}

/** Serves the page and the keys of a store as `flashdeconv view` does, without what protects these. */
export async function servePage(
  files: ReadonlyMap<string, Uint8Array>,
): Promise<{ server: Server; origin: string; show(shown: Shown | undefined): void }> {
  let shown: Shown | undefined;
  const answer = async (
    path: string,
  ): Promise<[status: number, body: Uint8Array | string, type?: string]> => {
    const below = path.startsWith(`/${TOKEN}/`) ? path.slice(TOKEN.length + 1) : undefined;
    if (below === "/store.json") {
      const { name = "section.zarr", key } = shown ?? {};
      return shown ? [200, JSON.stringify({ name, key, kind: "zarr" })] : [404, "nothing"];
    }
    if (below?.startsWith("/store/")) {
      const key = below.slice("/store".length);
      const failure = shown?.fails?.(key);
      if (failure !== undefined) return [failure, "trouble"];
      const bytes = await shown?.store.get(key as `/${string}`);
      return bytes ? [200, bytes] : [404, "nothing"];
    }
    const name = path === "/" || below === "/" ? "index.html" : path.slice(1);
    const file = files.get(name);
    return file ? [200, file, TYPES[name.slice(name.lastIndexOf(".") + 1)]] : [404, "nothing"];
  };
  const server = createServer(async ({ url = "/" }, response) => {
    const [status, body, type = "application/octet-stream"] = await answer(decodeURIComponent(url));
    response.writeHead(status, {
      "content-type": type,
      "content-security-policy": POLICY,
      "cache-control": "no-store",
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    origin: `http://127.0.0.1:${port}`,
    show(next) {
      shown = next;
    },
  };
}
