import { spawn } from "node:child_process";
import { watchRenderers } from "./chromium-cpu.mjs";

const FLAGS = [
  ...["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-extensions"],
  "--disable-features=SpareRendererForSitePerProcess",
];

/**
 * Debian's Chromium at an address, with no driver: one has each worker keep up to 200 MB of what it fetches.
 *
 * @param profile a folder for it alone
 * @returns failed: rejects when the browser ends by itself; peakBytes(): the most that its largest renderer held so far; close()
 */
export function startPlainChromium(address, profile) {
  const child = spawn("/usr/bin/chromium", [...FLAGS, `--user-data-dir=${profile}`, address], {
    stdio: "ignore",
  });
  const renderers = watchRenderers();
  let isClosed = false;
  const gone = new Promise((resolve) => child.on("exit", resolve));
  const failed = new Promise((_, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (!isClosed) reject(new Error(`Chromium ended with ${code ?? signal}`));
    });
  });
  failed.catch(() => undefined);
  return {
    failed,
    peakBytes: renderers.peak,
    async close() {
      isClosed = true;
      renderers.stop();
      child.kill();
      await gone;
    },
  };
}
