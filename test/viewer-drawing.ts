import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { bundle } from "./bundle.js";
import { GL_ARGUMENTS, isOfPicture, openChromium } from "./chromium.js";
import type * as Drawn from "./draw-page.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const STYLE = "body { margin: 0; background: #fff; } canvas { display: block; width: 200px; height: 100px; }";
const PAGE =
  "<!doctype html><title>map</title><link rel=stylesheet href=page.css><canvas></canvas><script src=page.js></script>";
/** The policy of the page that shows results. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'";

/** Colours of classes in these tests, and what stands for no answer and for classes not shown. */
export const [RED, GREEN, BLUE] = [
  [255, 0, 0, 255],
  [0, 255, 0, 255],
  [0, 0, 255, 255],
];
export const COLORS = ["#ff0000", "#00ff00", "#0000ff"];
export const NOTHING = [0, 0, 0, 0];
export const NO_ANSWER = [230, 230, 230, 255];
export const OTHER = [190, 190, 198, 255];

export interface Drawing {
  /** The page, once the tests run. */
  readonly page: Page;
  /** What the page's console said in this test: nothing may be left when it ends. */
  heard: string[];
  /** Runs `work` in the page. */
  ask<T, G = undefined>(work: (drawn: typeof Drawn, given: G) => T, given?: G): Promise<Awaited<T>>;
}

/** A page with a map of 200 x 100 pixels, opened once for the tests around; each begins with a new map. */
export function useDrawing(): Drawing {
  let server: Server;
  let browser: Browser;
  let page: Page;
  const drawing: Drawing = {
    get page() {
      return page;
    },
    heard: [],
    ask: (work, given) =>
      page.evaluate(
        `((given) => (${work.toString()})(bundled, given))(${JSON.stringify(given) ?? "undefined"})`,
      ) as never,
  };

  beforeAll(async () => {
    server = await servePage();
    browser = await openChromium(GL_ARGUMENTS);
    page = await browser.newPage();
    page.setDefaultTimeout(LONGEST_WAIT);
    page.on("console", (message) => {
      // A map that is stopped gives its context back, of which the browser tells.
      if (!/CONTEXT_LOST_WEBGL: loseContext/.test(message.text()) && !isOfPicture(message.text()))
        drawing.heard.push(message.text());
    });
    page.on("pageerror", (error) => drawing.heard.push(String(error)));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  beforeEach(async () => {
    drawing.heard = [];
    await drawing.ask((drawn) => drawn.begin());
  });

  afterEach(() => expect(drawing.heard).toEqual([]));

  return drawing;
}

async function servePage(): Promise<Server> {
  const module = fileURLToPath(new URL("draw-page.ts", import.meta.url));
  const { code } = await bundle(`export * from ${JSON.stringify(module)};`);
  const files: Record<string, [type: string, text: string]> = {
    "/page.js": ["text/javascript", code],
    "/page.css": ["text/css", STYLE],
  };
  const server = createServer(({ url = "" }, response) => {
    const [type, text] = files[url] ?? ["text/html", PAGE];
    response.writeHead(200, { "content-type": type, "content-security-policy": POLICY });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
