import { chromium } from "playwright-core";

/** Debian's, which draws by WebGL2 in software; one renderer for each page: none in reserve, which would cost while a page is measured. */
export function launchChromium() {
  const args = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--disable-features=SpareRendererForSitePerProcess",
  ];
  return chromium.launch({ executablePath: "/usr/bin/chromium", args, timeout: 0 });
}
