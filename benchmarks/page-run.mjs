// Runs a section in a page of Chromium (the run worker of apps/web) and the same with the built command line: bits, CPU seconds over all
// processes, the renderer's peak memory, bytes over the network, and how long the page was ever kept from answering.
//   node benchmarks/page-run.mjs --section section.zarr --reference reference.zarr [--workers 2] [--plain] [--save name]
// The section's folder is served from 127.0.0.1. Results go to results/page-run.json under the name.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const { values } = parseArgs({
  options: {
    section: { type: "string" },
    reference: { type: "string" },
    workers: { type: "string", default: "2" },
    plain: { type: "boolean", default: false },
    save: { type: "string" },
  },
});
const root = fileURLToPath(new URL("..", import.meta.url));
const CHROMIUM = "/usr/bin/chromium";
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};
const profile = mkdtempSync(join(tmpdir(), "flashdeconv-page-run-"));

const bundle = async (contents, format, globalName) => {
  const result = await build({
    stdin: { contents, resolveDir: join(root, "apps/web"), loader: "ts" },
    ...{
      bundle: true,
      platform: "browser",
      format,
      globalName,
      target: "es2022",
      minify: true,
      write: false,
    },
    external: ["node:*"],
    plugins: [{ name: "sources", setup: (all) => all.onResolve({ filter: /^@flashdeconv\// }, sourceOf) }],
    logLevel: "silent",
  });
  return result.outputFiles[0].text;
};
const scripts = {
  "page.js": await bundle('export { connectRunner } from "./src/run/connect.js";', "iife", "bundled"),
  "run-worker.js": await bundle('import "./src/run/run-worker.js";', "esm"),
  "pass-worker.ts": await bundle('import "./src/run/pass-worker.js";', "esm"),
};

/** The packages' sources, as tests read them. */
function sourceOf({ path }) {
  const [, name, ...rest] = path.split("/");
  const entry = rest.join("/") || "index";
  const folder = entry.startsWith("page-") ? "platform/web/" : "";
  return { path: join(root, "packages", name, "src", `${folder}${entry}.ts`) };
}

let sent = 0;
let requests = 0;
const folders = { section: values.section, reference: values.reference };
const server = createServer((request, response) => {
  const url = decodeURIComponent(new URL(request.url ?? "/", "http://here").pathname);
  const [, which, ...rest] = url.split("/");
  if (which in folders) {
    const path = join(dirname(folders[which]), ...rest);
    if (!existsSync(path) || statSync(path).isDirectory()) {
      response.writeHead(404, ISOLATION);
      return response.end();
    }
    const bytes = readFileSync(path);
    sent += bytes.length;
    requests++;
    response.writeHead(200, { ...ISOLATION, etag: `"${bytes.length}-${statSync(path).mtimeMs}"` });
    return response.end(bytes);
  }
  const script = scripts[url.split("/").at(-1)];
  response.writeHead(200, {
    ...(values.plain ? {} : ISOLATION),
    "content-type": script ? "text/javascript" : "text/html",
  });
  response.end(script ?? "<!doctype html><title>run</title><script src='/page.js'></script>");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const address = `http://127.0.0.1:${server.address().port}`;

const context = await chromium.launchPersistentContext(profile, {
  executablePath: CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"],
  timeout: 0,
});
const page = await context.newPage();
page.setDefaultTimeout(0);
await page.goto(`${address}/`);

const before = cpuSeconds();
let peak = 0;
const watching = setInterval(() => {
  peak = Math.max(peak, rendererBytes());
}, 100);
const told = await page.evaluate(
  async ({ address, section, reference, workerCount }) => {
    const worker = new Worker("/run-worker.js", { type: "module" });
    const runner = bundled.connectRunner(worker);
    let [last, longestGap] = [performance.now(), 0];
    const beat = new MessageChannel();
    let isOver = false;
    beat.port1.onmessage = () => {
      const now = performance.now();
      longestGap = Math.max(longestGap, now - last);
      last = now;
      if (!isOver) setTimeout(() => beat.port2.postMessage(0), 4);
    };
    beat.port2.postMessage(0);
    const began = performance.now();
    // An error of ours would come through without its message.
    const plain = (error) => Promise.reject(new Error(error.message));
    await runner.openSection({ kind: "url", url: `${address}/section/${section}` }).catch(plain);
    await runner.openReference({ kind: "url", url: `${address}/reference/${reference}` }).catch(plain);
    let pictures = 0;
    const result = await runner.run({ workerCount }, { onPicture: () => pictures++ }).catch(plain);
    isOver = true;
    const bytes = new Uint8Array(await result.blob.arrayBuffer());
    const { isIsolated } = await runner.environment();
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768)
      text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    runner.close();
    return {
      isIsolated,
      wallSeconds: (performance.now() - began) / 1000,
      runSeconds: result.seconds,
      longestGapMs: Math.round(longestGap),
      pictures,
      spotCount: result.spotCount,
      notices: result.notices.map(({ code }) => code),
      zip: btoa(text),
    };
  },
  {
    address,
    section: basename(values.section),
    reference: basename(values.reference),
    workerCount: Number(values.workers),
  },
);
const cpu = cpuSeconds() - before;
clearInterval(watching);
await context.close();
server.close();
const { zip, ...facts } = told;
const saved = join(profile, "result.zarr.zip");
writeFileSync(saved, Buffer.from(zip, "base64"));

const { openStore } = await import("../packages/io-zarr/dist/node.js");
const { readObsm } = await import("../packages/io-zarr/dist/index.js");
const digest = await digestOf(await openStore(saved));
rmSync(profile, { recursive: true, force: true });
const row = {
  ...facts,
  workers: Number(values.workers),
  cpuSeconds: Number(cpu.toFixed(2)),
  rendererPeakMiB: Math.round(peak / 2 ** 20),
  sentMB: Number((sent / 1e6).toFixed(1)),
  requests,
  digest,
};
console.log(JSON.stringify(row, null, 2));
if (values.save) {
  const path = join(root, "benchmarks/results/page-run.json");
  const all = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
  writeFileSync(path, `${JSON.stringify({ ...all, [values.save]: row }, null, 2)}\n`);
}
process.exit(0);

/** FNV-1a over the bytes of all proportions, as Float64. */
export async function digestOf(store) {
  let hash = 0x811c9dc5;
  for await (const { values } of (await readObsm(store, "flashdeconv")).values.chunks()) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return (hash >>> 0).toString(16);
}

/** Processes of this browser. */
function pids() {
  const parents = new Map();
  const own = new Set();
  for (const pid of readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      parents.set(pid, stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      if (readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(profile)) own.add(pid);
    } catch {}
  }
  for (let grew = true; grew; ) {
    grew = false;
    for (const [pid, parent] of parents) {
      if (!own.has(pid) && own.has(parent)) {
        own.add(pid);
        grew = true;
      }
    }
  }
  return [...own];
}

function cpuSeconds() {
  let ticks = 0;
  for (const pid of pids()) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      ticks += Number(fields[11]) + Number(fields[12]);
    } catch {}
  }
  return ticks / 100;
}

/** Of the largest renderer. */
function rendererBytes() {
  let most = 0;
  for (const pid of pids()) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) continue;
      const [, resident] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
      most = Math.max(most, 4096 * Number(resident));
    } catch {}
  }
  return most;
}
