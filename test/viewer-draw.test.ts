import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundle } from "./bundle.js";
import { CHROMIUM, GL_ARGUMENTS, hasChromium, reason } from "./chromium.js";
import type * as Drawn from "./draw-page.js";

const STYLE = "body { margin: 0; background: #fff; } canvas { display: block; width: 200px; height: 100px; }";
const PAGE =
  "<!doctype html><title>map</title><link rel=stylesheet href=page.css><canvas></canvas><script src=page.js></script>";
/** The policy of the page that shows results. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'";

/** Colours of classes in these tests, and what stands for no answer and for classes not shown. */
const [RED, GREEN, BLUE] = [
  [255, 0, 0, 255],
  [0, 255, 0, 255],
  [0, 0, 255, 255],
];
const COLORS = ["#ff0000", "#00ff00", "#0000ff"];
const NOTHING = [0, 0, 0, 0];
const NO_ANSWER = [230, 230, 230, 255];
const OTHER = [190, 190, 198, 255];

describe.skipIf(!hasChromium)(`maps drawn in Chromium${reason}`, () => {
  let server: Server;
  let browser: Browser;
  let page: Page;
  let heard: string[];

  beforeAll(async () => {
    const module = fileURLToPath(new URL("draw-page.ts", import.meta.url));
    const { code } = await bundle(`export * from ${JSON.stringify(module)};`);
    const files: Record<string, [type: string, text: string]> = {
      "/page.js": ["text/javascript", code],
      "/page.css": ["text/css", STYLE],
    };
    server = createServer(({ url = "" }, response) => {
      const [type, text] = files[url] ?? ["text/html", PAGE];
      response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
      response.end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: GL_ARGUMENTS, timeout: 0 });
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  beforeEach(async () => {
    page = await browser.newPage();
    page.setDefaultTimeout(0);
    heard = [];
    page.on("console", (message) => heard.push(message.text()));
    page.on("pageerror", (error) => heard.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { timeout: 0 });
    await ask((drawn) => drawn.begin());
    return async () => {
      await page.close();
      expect(heard).toEqual([]);
    };
  });

  /** Runs `work` in the page. */
  const ask = <T, G = undefined>(
    work: (drawn: typeof Drawn, given: G) => T,
    given?: G,
  ): Promise<Awaited<T>> =>
    page.evaluate(
      `((given) => (${work.toString()})(bundled, given))(${JSON.stringify(given) ?? "undefined"})`,
    ) as never;

  it("draws bins that lie along the axes", async () => {
    const read = await ask(({ map, pixels }, colors) => {
      const frame = {
        width: 4,
        height: 2,
        matrix: [10, 0, 100, 0, 10, 200],
        shift: 0,
        isLattice: true,
      } as const;
      map.setGround({ kind: "texels", frame });
      map.setField({ kind: "classes", bytes: Uint8Array.of(1, 2, 3, 0, 255, 1, 9, 3), colors });
      map.setView({ x: 115, y: 205, unitsPerPixel: 0.25 });
      // A bin is 40 pixels wide; the four of a row begin at 20.
      return pixels([
        [21, 11],
        [40, 49],
        [61, 30],
        [139, 49],
        [160, 30],
        [21, 51],
        [99, 89],
        [120, 70],
        [179, 89],
        [181, 70],
        [100, 9],
      ]);
    }, COLORS);
    expect(read).toEqual([RED, RED, GREEN, BLUE, NOTHING, NO_ANSWER, RED, OTHER, BLUE, NOTHING, NOTHING]);
  });
});
