// What the first picture of a result costs, over loopback and in software GL:
//   node benchmarks/viewer-first-picture.mjs RESULT.zarr [--repeat 5] [--name viewer-first-picture]     (after pnpm build; needs Debian's Chromium and /proc)
// Writes results/<name>.json: CPU of the renderer and the GPU process from the address to the first picture (the page marks it), read back; and
// memory. Before that the browser has shown the empty page, words and a cleared canvas, whose own costs stand beside. `cold` is the browser's
// very first page, the empty one, `first` the first of the viewer, for which the browser makes what draws its words and lines; the others follow.
import { parseArgs } from "node:util";
import { circumstances } from "./lib/circumstances.mjs";
import { median } from "./lib/median.mjs";
import { saveResult } from "./lib/save-result.mjs";
import { firstPicture, openViewer } from "./lib/viewer-page.mjs";

const { values: given, positionals } = parseArgs({
  options: {
    repeat: { type: "string", default: "5" },
    name: { type: "string", default: "viewer-first-picture" },
    page: { type: "string" },
  },
  allowPositionals: true,
});
const [store] = positionals;
if (store === undefined) throw new Error("Name the Zarr store of a result.");

const where = circumstances();
const viewer = await openViewer(store, given.page);
try {
  const cold = await open(viewer.floor);
  const first = await open(viewer.address);
  const [floors, rows] = [[], []];
  for (let round = 0; round < Number(given.repeat); round++) {
    floors.push(await open(viewer.floor));
    rows.push(await open(viewer.address));
  }
  const of = (list) => median(list.map((row) => row.renderer_seconds + row.gpu_seconds));
  const [cpuSeconds, floor] = [of(rows), of(floors)];
  console.log(
    `${cpuSeconds.toFixed(2)} s of CPU, the empty page ${floor.toFixed(2)}, ${rows[0].requests} requests`,
  );
  const figures = { cpu_seconds: cpuSeconds, floor_cpu_seconds: floor, cold, first, rows, floors };
  console.log(saveResult(given.name, { kind: "viewer-first-picture", ...where, ...figures }));
} finally {
  await viewer.close();
}

async function open(address) {
  const { page, cost } = await firstPicture(viewer, address);
  await page.close();
  return cost;
}
