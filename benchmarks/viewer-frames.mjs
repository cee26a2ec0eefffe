// What a frame of a map costs while one pans, in software GL:
//   node benchmarks/viewer-frames.mjs [--frames 120] [--size 900]     (after pnpm build; needs Debian's Chromium and /proc)
// Writes results/viewer-frames.json: CPU of the renderer and the GPU process for each frame, by what is drawn and how near, and their memory.
// Frames of a canvas that is only cleared say what the browser itself costs.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { chromiumUsage } from "./lib/chromium-cpu.mjs";
import { circumstances } from "./lib/circumstances.mjs";
import { launchChromium } from "./lib/launch-chromium.mjs";
import { ROOT } from "./lib/places.mjs";
import { saveResult } from "./lib/save-result.mjs";

const { values: given } = parseArgs({
  options: { frames: { type: "string", default: "60" }, size: { type: "string", default: "900" } },
});
const [frames, size] = [Number(given.frames), Number(given.size)];
const CASES = [
  { name: "cleared", kind: "empty", side: 1 },
  { name: "1 M bins", kind: "texels", side: 1000 },
  { name: "9 M bins", kind: "texels", side: 3000 },
  { name: "9 M bins, blend of four", kind: "blend", side: 3000 },
  { name: "300,000 points", kind: "points", side: 548 },
];

const where = circumstances();
const browser = await launchChromium();
try {
  const code = await pageCode();
  const rows = [];
  for (const one of CASES) {
    const page = await browser.newPage({ viewport: { width: size, height: size } });
    page.on("pageerror", (error) => {
      throw error;
    });
    await page.setContent(
      `<style>body{margin:0}canvas{display:block;width:${size}px;height:${size}px}</style><canvas>`,
    );
    await page.evaluate(code);
    await page.evaluate((what) => globalThis.begin(what), one);
    for (const near of [1, 8]) {
      await page.evaluate((factor) => globalThis.pan({ factor, frames: 40 }), near);
      const before = chromiumUsage();
      await page.evaluate((count) => globalThis.pan({ factor: 1, frames: count }), frames);
      const after = chromiumUsage();
      const ms = (kind) => (1000 * (after[kind].cpuSeconds - before[kind].cpuSeconds)) / frames;
      rows.push({
        what: one.name,
        near,
        renderer_ms: ms("renderer"),
        gpu_ms: ms("gpu-process"),
        frame_ms: ms("renderer") + ms("gpu-process"),
        renderer_bytes: after.renderer.residentBytes,
        gpu_bytes: after["gpu-process"].residentBytes,
      });
      const { what, renderer_ms, gpu_ms } = rows.at(-1);
      console.log(`${what}, ${near} x: ${renderer_ms.toFixed(1)} + ${gpu_ms.toFixed(1)} ms of CPU a frame`);
    }
    await page.close();
  }
  const options = { frames, size };
  console.log(saveResult("viewer-frames", { kind: "viewer-frames", ...where, options, rows }));
} finally {
  await browser.close();
}

async function pageCode() {
  const contents = `
    import { createMap } from "./packages/viewer/src/draw/index.js";
    let map;
    globalThis.begin = ({ kind, side }) => {
      map = createMap(document.querySelector("canvas"));
      const bytes = () => Uint8Array.from({ length: side * side }, (_, i) => 1 + ((i * 7919) ^ (i >> 5)) % 254);
      const frame = { width: side, height: side, matrix: [1, 0, 0, 0, 1, 0], shift: 0, isLattice: true };
      const places = () => Float32Array.from({ length: 2 * side * side }, (_, i) =>
        i % 2 === 0 ? (i / 2) % side : Math.floor(i / 2 / side) + ((i / 2) % 3) / 3);
      const isPoints = kind === "points";
      map.setGround(isPoints
        ? { kind: "points", places: places(), origin: [0, 0], pitch: 1, isSquare: false }
        : { kind: "texels", frame });
      if (kind === "empty") return;
      const amounts = () => ({ kind: "amounts", bytes: bytes(), most: 1, limits: [0, 1] });
      const colors = ["#ff0000", "#00ff00", "#0000ff", "#888888"];
      map.setField(kind === "blend" ? { kind, parts: colors.map((color) => ({ ...amounts(), color })) } : amounts());
    };
    globalThis.pan = ({ factor, frames }) => {
      map.zoom(factor);
      let left = frames;
      return new Promise((resolve) => {
        const step = () => {
          if (left-- === 0) return resolve();
          map.pan([left % 40 < 20 ? 3 : -3, left % 24 < 12 ? 2 : -2]);
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      });
    };
  `;
  const result = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
    absWorkingDir: ROOT,
    bundle: true,
    platform: "browser",
    format: "iife",
    target: "es2022",
    write: false,
    logLevel: "silent",
  });
  return result.outputFiles[0].text;
}
