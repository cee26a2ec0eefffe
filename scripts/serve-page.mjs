// Serves the built page (apps/web/dist) to the browser of this machine: `node scripts/serve-page.mjs [--port 8080]`.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { POLICY } from "../apps/web/policy.mjs";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".wasm": "application/wasm",
  ".zip": "application/zip",
};

/** Workers go by the policy of their own answer. The last two let a page share memory among its workers. */
const HEADERS = {
  "content-security-policy": `${POLICY}; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/**
 * A server of the files in a folder, for tests too.
 *
 * @param {string} folder
 * @param {Record<string, string>} [headers] those of each answer
 */
export function pageServer(folder, headers = HEADERS) {
  return createServer(({ method, url = "/", headers: { range } }, response) => {
    const { pathname } = new URL(url, "http://page");
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    // Names as a build makes them: nothing above or beside the folder has such.
    const path = join(folder, name);
    const isOurs = /^(?:[\w-]+\/)*[\w.-]+$/.test(name) && !name.includes("..");
    if (!isOurs || !existsSync(path) || !statSync(path).isFile() || !/^(GET|HEAD)$/.test(method ?? "")) {
      response.writeHead(404, headers).end();
      return;
    }
    const { size } = statSync(path);
    const part = partOf(range, size);
    response.writeHead(part ? 206 : 200, {
      ...headers,
      ...(part && { "content-range": `bytes ${part.start}-${part.end}/${size}` }),
      "accept-ranges": "bytes",
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "content-length": part ? part.end - part.start + 1 : size,
      "cache-control": "no-cache",
    });
    if (method === "HEAD") response.end();
    else createReadStream(path, part).pipe(response);
  });
}

/** The bytes that are asked for, where it is one part of the file. */
function partOf(range = "", size) {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (from === undefined || (from === "" && to === "")) return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(size - 1, Number(to));
  return start <= end ? { start, end } : undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL("../apps/web/dist", import.meta.url));
  const at = process.argv.indexOf("--port");
  const port = at < 0 ? 0 : Number(process.argv[at + 1]);
  const server = pageServer(folder);
  server.on("error", (error) => {
    console.error(`error: the page cannot be served: ${error.message}`);
    process.exitCode = 1;
  });
  server.listen(port, "127.0.0.1", () => {
    console.log(`http://127.0.0.1:${server.address().port}/  (Ctrl-C ends it)`);
  });
}
