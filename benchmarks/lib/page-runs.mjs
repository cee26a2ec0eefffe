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

/** In the page: what it was told to do, what became of it, and then its result. */
async function runWhenTold() {
  const say = (what, body) => fetch(`/said/${what}`, { method: "PUT", body });
  const told = async () => (await fetch("/begin")).json();
  say("here");
  const { outcome, blob } = await runAndWatch(await told()).catch((error) => ({
    outcome: { failure: error.message },
  }));
  say("told", JSON.stringify(outcome));
  await told();
  say("result", blob);
}

/** Its turns are told of by messages, which no timer's clamp holds up; those while the inputs are opened count too. */
async function runAndWatch({ section, reference, workerCount }) {
  const runner = bundled.connectRunner(new Worker("/run-worker.js", { type: "module" }));
  const gaps = [];
  let last = performance.now();
  let isOver = false;
  const turn = new MessageChannel();
  turn.port1.onmessage = () => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
    if (!isOver) setTimeout(() => turn.port2.postMessage(0), 20);
  };
  turn.port2.postMessage(0);
  const tasks = [];
  const observer = new PerformanceObserver((list) => {
    tasks.push(...list.getEntries().map(({ duration }) => duration));
  });
  observer.observe({ entryTypes: ["longtask"] });
  const began = performance.now();
  await runner.openSection({ kind: "url", url: section });
  await runner.openReference({ kind: "url", url: reference });
  let pictures = 0;
  const onPicture = () => pictures++;
  const result = await runner.run({ workerCount }, { onPicture });
  isOver = true;
  const wall = (performance.now() - began) / 1000;
  const { isIsolated } = await runner.environment();
  gaps.sort((a, b) => b - a);
  const outcome = {
    wall_seconds: wall,
    longest_gap_ms: gaps[0],
    gaps_above_100_ms: gaps.filter((gap) => gap > 100).length,
    longest_task_ms: Math.max(0, ...tasks),
    is_isolated: isIsolated,
    spots: result.spotCount,
    pictures,
    result_bytes: result.blob.size,
    notices: result.notices.map(({ code }) => code),
  };
  return { outcome, blob: result.blob };
}

const PAGE = `<!doctype html><title>run</title><script src="/page.js"></script><script type="module">
${runAndWatch}
(${runWhenTold})();
</script>`;

/**
 * Serves a page that can run sections, and the stores at /section/ and /reference/.
 *
 * @returns its address, the stores' addresses, what was sent of them so far, begin() to let the page go on, said() for what it says
 */
export async function servePageRuns({ section, reference, isPlain }) {
  const code = await scripts();
  const stores = { section, reference };
  const counts = { bytes: 0, requests: 0 };
  const [begins, words] = [mailbox(), { here: mailbox(), told: mailbox(), result: mailbox() }];
  const headers = isPlain ? {} : ISOLATION;
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://page");
    const [, which, , ...rest] = decodeURIComponent(pathname).split("/");
    if (request.method === "PUT") {
      const parts = [];
      for await (const part of request) parts.push(part);
      response.writeHead(204).end();
      return words[basename(pathname)].put(Buffer.concat(parts));
    }
    if (which === "begin") return response.writeHead(200, headers).end(JSON.stringify(await begins.take()));
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
    response.writeHead(200, { ...headers, "content-type": script ? "text/javascript" : "text/html" });
    response.end(script ?? PAGE);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}`;
  return {
    address,
    section: `${address}/section/${basename(section)}`,
    reference: `${address}/reference/${basename(reference)}`,
    counts,
    begin: begins.put,
    said: (what) => words[what].take(),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** One at a time: who takes waits for who puts. */
function mailbox() {
  let put;
  let arrived = new Promise((resolve) => {
    put = resolve;
  });
  return {
    put: (one) => put(one),
    async take() {
      const one = await arrived;
      arrived = new Promise((resolve) => {
        put = resolve;
      });
      return one;
    },
  };
}
