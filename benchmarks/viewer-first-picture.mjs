// What the first picture of a result costs, over loopback and in software GL:
//   node benchmarks/viewer-first-picture.mjs RESULT.zarr [--repeat 3] [--name viewer-first-picture]     (after pnpm build; needs Debian's Chromium and /proc)
// Writes results/<name>.json: CPU of the renderer and the GPU process from opening the page until a picture was read back (a finer one and what is
// said of the result are under way by then: the requests count these too),
// memory. `cold` is the first page of a browser, whose graphics start with it; the others are fresh pages of the same browser.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";
import { chromiumUsage } from "./lib/chromium-cpu.mjs";
import { circumstances } from "./lib/circumstances.mjs";
import { median } from "./lib/median.mjs";
import { ROOT } from "./lib/places.mjs";
import { saveResult } from "./lib/save-result.mjs";

const { values: given, positionals } = parseArgs({
  options: {
    repeat: { type: "string", default: "3" },
    name: { type: "string", default: "viewer-first-picture" },
  },
  allowPositionals: true,
});
const [store] = positionals;
if (store === undefined) throw new Error("Name the Zarr store of a result.");
const PAGE = join(ROOT, "packages/viewer/dist/page");
const TOKEN = "0123456789abcdef";
const TYPES = { html: "text/html; charset=utf-8", js: "text/javascript", css: "text/css" };
const ARGUMENTS = [
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-dev-shm-usage",
];

const where = circumstances();
let keys = [];
const server = createServer(async ({ url }, response) => {
  const path = decodeURIComponent(url);
  const below = path.startsWith(`/${TOKEN}/store/`) ? path.slice(TOKEN.length + 8) : undefined;
  if (below !== undefined) keys.push(below);
  const name = path === `/${TOKEN}/` ? "index.html" : path.slice(1);
  const about = JSON.stringify({ name: "result.zarr", kind: "zarr" });
  const body =
    path === `/${TOKEN}/store.json`
      ? about
      : await readFile(below === undefined ? join(PAGE, name) : join(store, below)).catch(() => undefined);
  const type = below === undefined ? TYPES[name.slice(name.lastIndexOf(".") + 1)] : undefined;
  response.writeHead(body === undefined ? 404 : 200, { "content-type": type ?? "application/octet-stream" });
  response.end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ARGUMENTS, timeout: 0 });
try {
  const cold = await firstPicture();
  const rows = [];
  for (let round = 0; round < Number(given.repeat); round++) rows.push(await firstPicture());
  const cpuSeconds = median(rows.map((row) => row.renderer_seconds + row.gpu_seconds));
  console.log(`${cpuSeconds.toFixed(2)} s of CPU, ${rows[0].requests} requests`, cold);
  const content = { kind: "viewer-first-picture", ...where, cpu_seconds: cpuSeconds, cold, rows };
  console.log(saveResult(given.name, content));
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}

async function firstPicture() {
  keys = [];
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(0);
  await page.evaluate(() => 1);
  const before = chromiumUsage();
  await page.goto(`http://127.0.0.1:${server.address().port}/${TOKEN}/`, { timeout: 0 });
  await page.locator(".fd-legend li").first().waitFor({ state: "attached" });
  // Reading it waits for the graphics.
  await page.evaluate(() => {
    const context = document.createElement("canvas").getContext("2d");
    context.drawImage(document.querySelector("canvas.fd-canvas"), 0, 0, 8, 8);
    return context.getImageData(0, 0, 8, 8).data[0];
  });
  const after = chromiumUsage();
  const requests = keys.length;
  await page.close();
  const seconds = (kind) => after[kind].cpuSeconds - before[kind].cpuSeconds;
  return {
    renderer_seconds: seconds("renderer"),
    gpu_seconds: seconds("gpu-process"),
    requests,
    renderer_bytes: after.renderer.residentBytes,
    gpu_bytes: after["gpu-process"].residentBytes,
  };
}
