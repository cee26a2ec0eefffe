import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join, relative } from "node:path";
import { build } from "esbuild";
import { ROOT } from "./places.mjs";

const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** The page with its run worker, from the sources, as a bundler would put them. */
async function scripts() {
  const [page, run, pass] = await Promise.all([
    bundle('export { connectRunner } from "./src/run/connect.js";', "iife"),
    bundle('import "./src/run/run-worker.js";', "esm"),
    bundle('import "./src/run/pass-worker.js";', "esm"),
  ]);
  return { "page.js": page, "run-worker.js": run, "pass-worker.ts": pass };
}

async function bundle(contents, format) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(ROOT, "apps/web"), loader: "ts" },
    ...{ bundle: true, platform: "browser", format, globalName: "bundled", target: "es2022" },
    ...{ minify: true, write: false, external: ["node:*"], logLevel: "silent" },
    plugins: [{ name: "sources", setup: (all) => all.onResolve({ filter: /^@flashdeconv\// }, sourceOf) }],
  });
  return outputFiles[0].text;
}

function sourceOf({ path }) {
  const [, name, ...rest] = path.split("/");
  const entry = rest.join("/") || "index";
  const folder = entry.startsWith("page-") ? "platform/web/" : "";
  return { path: join(ROOT, "packages", name, "src", `${folder}${entry}.ts`) };
}

/**
 * Serves a page that can run sections, the stores at /section/ and /reference/, and takes the result at /result.
 *
 * @returns its address, the stores' addresses, what was sent so far, and what came back
 */
export async function servePageRuns({ section, reference, isPlain }) {
  const code = await scripts();
  const stores = { section, reference };
  const counts = { bytes: 0, requests: 0 };
  let result = Buffer.alloc(0);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://page");
    const [, which, , ...rest] = decodeURIComponent(pathname).split("/");
    if (request.method === "PUT") {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        result = Buffer.concat(parts);
        response.writeHead(204).end();
      });
      return;
    }
    const headers = isPlain ? {} : ISOLATION;
    if (which in stores) {
      const path = join(stores[which], ...rest);
      const isOurs = !relative(stores[which], path).startsWith("..");
      if (!isOurs || !existsSync(path) || statSync(path).isDirectory())
        return response.writeHead(404, headers).end();
      const bytes = readFileSync(path);
      counts.bytes += bytes.length;
      counts.requests++;
      return response.writeHead(200, { ...headers, etag: `"${bytes.length}"` }).end(bytes);
    }
    const script = code[basename(pathname)];
    const type = script ? "text/javascript" : "text/html";
    response.writeHead(200, { ...headers, "content-type": type });
    response.end(script ?? "<!doctype html><title>run</title><script src='/page.js'></script>");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}`;
  return {
    address,
    section: `${address}/section/${basename(section)}`,
    reference: `${address}/reference/${basename(reference)}`,
    counts,
    result: () => result,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
