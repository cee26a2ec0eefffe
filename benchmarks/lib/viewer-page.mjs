import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { chromiumUsage, watchRenderers } from "./chromium-cpu.mjs";
import { launchChromium } from "./launch-chromium.mjs";
import { ROOT } from "./places.mjs";

const TOKEN = "0123456789abcdef";
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css" };
/** CPU of 0.3 s that is as good as none. */
const QUIET_SECONDS = 0.011;
/** A page that shows nothing of a result: words, a button, and a canvas of the viewer's size, cleared by WebGL2. */
const FLOOR = `<!doctype html><title>floor</title><link rel="icon" href="data:,"><h1>Nothing</h1><p>100 spots <button>0</button>
<input type="range"><canvas width="928" height="600"></canvas><script type="module">
const gl = document.querySelector("canvas").getContext("webgl2"); requestAnimationFrame(() => {
gl.clearColor(1, 0, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT); performance.mark("flashdeconv: first picture"); });</script>`;

/**
 * Serves the viewer's page with a result, as `flashdeconv view` does, to a Chromium that draws in software; without a store nothing but the
 * empty page. `keys` holds what was asked of the store.
 */
export async function openViewer(store, page = join(ROOT, "packages/viewer/dist/page")) {
  const keys = [];
  const bodyOf = (path) => {
    if (path === "/floor") return FLOOR;
    if (path === `/${TOKEN}/store.json`) return JSON.stringify({ name: "result.zarr", kind: "zarr" });
    const below = path.startsWith(`/${TOKEN}/store/`) ? path.slice(TOKEN.length + 8) : undefined;
    if (below !== undefined) keys.push(below);
    const file = path === `/${TOKEN}/` ? "index.html" : path.slice(1);
    return readFile(below === undefined ? join(page, file) : join(store, below)).catch(() => undefined);
  };
  const server = createServer(async ({ url }, response) => {
    const path = decodeURIComponent(url);
    const body = await bodyOf(path);
    const ending = path.endsWith("/") || path === "/floor" ? "html" : path.slice(path.lastIndexOf(".") + 1);
    const type = (path.includes("/store/") ? undefined : TYPES[ending]) ?? "application/octet-stream";
    response.writeHead(body === undefined ? 404 : 200, { "content-type": type });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const browser = await launchChromium();
  const renderers = watchRenderers();
  const origin = `http://127.0.0.1:${server.address().port}`;
  return {
    keys,
    browser,
    floor: `${origin}/floor`,
    address: `${origin}/${TOKEN}/`,
    peakBytes: renderers.peak,
    async close() {
      renderers.stop();
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Opens an address in a page of its own, and what it costs until its first picture is read back. The page is left open. */
export async function firstPicture({ browser, keys }, address, prepare) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(0);
  page.on("pageerror", (error) => console.error(error));
  await prepare?.(page);
  await settle();
  keys.length = 0;
  const before = chromiumUsage();
  await page.goto(address, { timeout: 0, waitUntil: "commit" });
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const observer = new PerformanceObserver((list) => {
          if (list.getEntriesByName("flashdeconv: first picture").length > 0) resolve();
        });
        observer.observe({ type: "mark", buffered: true });
      }),
  );
  const requests = keys.length;
  await readBack(page);
  const used = since(before);
  return { page, cost: { ...used, requests } };
}

/** Waits until the browser does nothing of its own: a new window has pages that nobody asked for. */
export async function settle() {
  const used = () => Object.values(chromiumUsage()).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  for (let [before, quiet] = [used(), 0]; quiet < 2; ) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const now = used();
    quiet = now - before <= QUIET_SECONDS ? quiet + 1 : 0;
    before = now;
  }
}

/** Waits until the graphics are done. */
export function readBack(page) {
  return page.evaluate(() => {
    const context = document.createElement("canvas").getContext("2d");
    context.drawImage(document.querySelector("canvas"), 0, 0, 8, 8);
    return context.getImageData(0, 0, 8, 8).data[0];
  });
}

/** CPU of the renderer and the GPU process since then, and their memory now. */
export function since(before) {
  const after = chromiumUsage();
  const seconds = (kind) => after[kind].cpuSeconds - before[kind].cpuSeconds;
  return {
    renderer_seconds: seconds("renderer"),
    gpu_seconds: seconds("gpu-process"),
    ...memory(after),
  };
}

/** Of the page's own renderer, the largest one, and of the GPU process. */
export function memory(usage = chromiumUsage()) {
  return {
    renderer_bytes: usage.renderer.largestBytes,
    gpu_bytes: usage["gpu-process"].residentBytes,
  };
}
