// Runs a section in a page of Chromium (the run worker of apps/web) and the same by the built command line, from disk and from the same
// server: bits, CPU seconds over all processes, the renderer's memory, bytes that were sent, and how long the page was kept from answering.
//   node benchmarks/page-run.mjs --section section.zarr --reference reference.zarr [--workers 2] [--plain] [--save NAME]     (needs Debian's Chromium and /proc)
// With a name it writes results/page-run-NAME.json. CPU seconds count, walls do not: the machine may be busy.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { readObsm } from "../packages/io-zarr/dist/index.js";
import { openStore } from "../packages/io-zarr/dist/node.js";
import { browserCpuSeconds } from "./lib/chromium-cpu.mjs";
import { circumstances } from "./lib/circumstances.mjs";
import { servePageRuns } from "./lib/page-runs.mjs";
import { CLI } from "./lib/places.mjs";
import { startPlainChromium } from "./lib/plain-chromium.mjs";
import { runNode } from "./lib/run-measured.mjs";
import { saveResult } from "./lib/save-result.mjs";

const { values: given } = parseArgs({
  options: {
    section: { type: "string" },
    reference: { type: "string" },
    workers: { type: "string", default: "2" },
    plain: { type: "boolean", default: false },
    save: { type: "string" },
  },
});
const workerCount = Number(given.workers);
const [section, reference] = [resolve(given.section), resolve(given.reference)];
const where = circumstances();
const folder = mkdtempSync(join(tmpdir(), "flashdeconv-page-run-"));
const server = await servePageRuns({ section, reference, isPlain: given.plain });
try {
  const page = await inPage();
  console.log(JSON.stringify(page));
  const disk = await byCommand(section, reference);
  console.log(JSON.stringify(disk));
  const served = await byCommand(server.section, server.reference);
  console.log(JSON.stringify(served));
  const digests = new Set([page, disk, served].map(({ digest }) => digest));
  if (digests.size > 1) throw new Error(`other bits: ${[...digests].join(", ")}`);
  const ratio = page.cpu_seconds / disk.cpu_seconds;
  console.log(`CPU of the page: ${ratio.toFixed(2)} x that of the command line, the same bits`);
  const options = { workers: workerCount, plain: given.plain };
  if (given.save) {
    const result = { kind: "page-run", name: given.save, options, ...where, page, disk, served };
    console.log(saveResult(`page-run-${given.save}`, result));
  }
} finally {
  server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function inPage() {
  const browser = startPlainChromium(server.address, join(folder, "profile"));
  try {
    await Promise.race([server.said("here"), browser.failed]);
    await settled();
    const before = browserCpuSeconds();
    server.begin({ section: server.section, reference: server.reference, workerCount });
    const told = JSON.parse(await Promise.race([server.said("told"), browser.failed]));
    const cpu = browserCpuSeconds() - before;
    const peakBytes = browser.peakBytes();
    const { bytes, requests } = server.counts;
    if (told.failure) throw new Error(told.failure);
    const saved = join(folder, "page.zarr.zip");
    server.begin({});
    writeFileSync(saved, await Promise.race([server.said("result"), browser.failed]));
    return {
      ...{ cpu_seconds: cpu, renderer_peak_bytes: peakBytes, sent_bytes: bytes, requests },
      ...told,
      digest: await digestOf(saved),
    };
  } finally {
    await browser.close();
  }
}

/** A browser that has just been started has things of its own to do. */
async function settled() {
  for (let last = browserCpuSeconds(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const now = browserCpuSeconds();
    if (now - last < 0.1) return;
    last = now;
  }
}

async function byCommand(section, reference) {
  const out = join(folder, "command.zarr");
  rmSync(out, { recursive: true, force: true });
  const args = ["run", section, "--reference", reference, "--out", out, "--workers", given.workers];
  const { usage } = await runNode([CLI, ...args, "--no-report", "--quiet", "--json"]);
  const { cpu_seconds, wall_seconds, peak_rss_bytes } = usage;
  return { cpu_seconds, wall_seconds, peak_rss_bytes, digest: await digestOf(out) };
}

/** FNV-1a over the bytes of all proportions. */
async function digestOf(path) {
  const store = await openStore(path);
  let hash = 0x811c9dc5;
  for await (const { values } of (await readObsm(store, "flashdeconv")).values.chunks()) {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  }
  await store.close();
  return (hash >>> 0).toString(16);
}
