import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { LONGEST_WAIT } from "./wait-in-page.js";

/** Debian's, the one that is tried. */
export const CHROMIUM = "/usr/bin/chromium";

/** Root has no sandbox; the rest keeps the browser from talking to anyone but the test's own server. */
export const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
];

/** With which pages draw by WebGL2, in software. All else is drawn without it: by it, a result's pages took a quarter longer. */
export const GL_ARGUMENTS = [
  ...ARGUMENTS.filter((one) => one !== "--disable-gpu"),
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-gpu-compositing",
];

/** Whether the console only says that the browser waited for a picture to put into the page. */
export function isOfPicture(text: string): boolean {
  return /GL Driver Message .*GPU stall due to ReadPixels/.test(text);
}

/** With these two a page is cross-origin isolated and may share memory. */
export const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

export const hasChromium = existsSync(CHROMIUM);
export const reason = hasChromium ? "" : ` (skipped: needs ${CHROMIUM})`;

export function openChromium(args: readonly string[] = ARGUMENTS): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...args], timeout: LONGEST_WAIT });
}
