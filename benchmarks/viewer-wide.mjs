// What the page of a wide result costs: first picture, frames while panning, memory while one works with it.
//   node benchmarks/viewer-wide.mjs [--side 3163] [--store FOLDER]     (after pnpm build; needs Debian's Chromium, /proc, and 1.5 GB in the temporary folder)
// Makes a result of side x side bins of 20 types with maps, or takes one made before, and writes results/viewer-wide-<side>.json.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromiumUsage } from "./lib/chromium-cpu.mjs";
import { circumstances } from "./lib/circumstances.mjs";
import { makeWideResult } from "./lib/make-wide-result.mjs";
import { median } from "./lib/median.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { firstPicture, memory, openViewer, readBack, settle, since } from "./lib/viewer-page.mjs";

const { values: given } = parseArgs({
  options: {
    side: { type: "string", default: "3163" },
    repeat: { type: "string", default: "3" },
    frames: { type: "string", default: "60" },
    store: { type: "string" },
    page: { type: "string" },
  },
});
const [side, frames] = [Number(given.side), Number(given.frames)];
const store = given.store ?? mkdtempSync(join(tmpdir(), "viewer-wide-"));
if (!existsSync(join(store, ".zmetadata"))) makeWideResult(store, side);
const where = circumstances();
const viewer = await openViewer(store, given.page);
try {
  const cold = await firstPicture(viewer, viewer.floor);
  await cold.page.close();
  const [floors, pictures] = [[], []];
  for (let round = 0; round < Number(given.repeat); round++) {
    for (const [rows, address] of [
      [floors, viewer.floor],
      [pictures, viewer.address],
    ]) {
      const { page, cost } = await firstPicture(viewer, address);
      rows.push(cost);
      await page.close();
    }
  }
  const { page } = await firstPicture(viewer, viewer.address);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const steps = [];
  const note = async (what) => {
    await settle();
    const { metrics } = await session.send("Performance.getMetrics");
    const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
    steps.push({ what, ...memory(), renderer_peak_bytes: viewer.peakBytes(), heap_bytes: heap });
    const { renderer_bytes, renderer_peak_bytes, gpu_bytes } = steps.at(-1);
    const told = [renderer_bytes, renderer_peak_bytes, gpu_bytes, heap].map((one) =>
      Math.round(one / 2 ** 20),
    );
    console.log(
      `${what}: renderer ${told[0]} (most ${told[1]}), GPU process ${told[2]}, heap ${told[3]} MiB`,
    );
  };
  await note("first picture");
  const panned = [await pan(page, "whole")];
  for (let i = 0; i < 6; i++) await page.getByLabel("Zoom in").click();
  await note("near");
  panned.push(await pan(page, "near"));
  const choose = (hasText) => page.locator(".fd-controls label", { hasText }).locator("select");
  await choose(/^Map/).selectOption("type");
  for (let type = 0; type < 5; type++) {
    await choose(/^Type/).selectOption(`${type}`);
    await settle();
    const isRead = (key) => key.includes(`/level_0/${type}.`);
    if (!viewer.keys.some(isRead)) throw new Error(`The finest map of type ${type} was not read.`);
  }
  await note("five types, near");
  panned.push(await pan(page, "one type, near"));
  const box = await page.locator("canvas.fd-canvas").boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator(".fd-tip", { hasText: "s_002um" }).waitFor();
  await note("hover");
  await page.getByText("Select the middle").click();
  await page.getByText("CSV of barcodes").waitFor();
  await note("selection, near");
  const cpuSeconds = (rows) => median(rows.map((row) => row.renderer_seconds + row.gpu_seconds));
  const content = {
    kind: "viewer-wide",
    ...where,
    options: { side, frames },
    cpu_seconds: cpuSeconds(pictures),
    floor_cpu_seconds: cpuSeconds(floors),
    pictures,
    floors,
    panned,
    steps,
  };
  console.log(
    `first picture ${content.cpu_seconds.toFixed(2)} s, empty page ${content.floor_cpu_seconds.toFixed(2)} s of CPU`,
  );
  console.log(saveResult(`viewer-wide-${side}`, content));
} finally {
  await viewer.close();
  if (given.store === undefined) rmSync(store, { recursive: true });
}

/** Drags the map to and fro; CPU for each frame. */
async function pan(page, what) {
  const drag = (count) =>
    page.evaluate((left) => {
      const canvas = document.querySelector("canvas.fd-canvas");
      let [x, y] = [300, 300];
      const send = (type) => {
        const place = {
          clientX: x,
          clientY: y,
          pointerId: 1,
          pointerType: "mouse",
          buttons: 1,
          bubbles: true,
        };
        canvas.dispatchEvent(new PointerEvent(type, place));
      };
      send("pointerdown");
      return new Promise((resolve) => {
        const step = () => {
          if (left-- > 0) {
            x += left % 40 < 20 ? 3 : -3;
            y += left % 24 < 12 ? 2 : -2;
            send("pointermove");
            requestAnimationFrame(step);
            return;
          }
          send("pointerup");
          resolve();
        };
        requestAnimationFrame(step);
      });
    }, count);
  await drag(20);
  await settle();
  const before = chromiumUsage();
  await drag(frames);
  await readBack(page);
  const { renderer_seconds, gpu_seconds } = since(before);
  const row = {
    what,
    renderer_ms: (1000 * renderer_seconds) / frames,
    gpu_ms: (1000 * gpu_seconds) / frames,
  };
  console.log(`panning, ${what}: ${row.renderer_ms.toFixed(1)} + ${row.gpu_ms.toFixed(1)} ms of CPU a frame`);
  return row;
}
