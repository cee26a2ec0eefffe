import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { collect, memorySource } from "@flashdeconv/core";
import { openReference, openSpatial, writeAnnData } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { type DeconvolveOptions, deconvolve } from "@flashdeconv/pipeline";
import { memoryStore } from "@flashdeconv/stores";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storedZip } from "../packages/stores/test/read-stored-zip.js";
import { bundle } from "./bundle.js";
import { hasChromium, ISOLATION, openChromium, reason } from "./chromium.js";
import { goldenPath } from "./golden-data.js";
import type * as Page from "./page-run.js";
import { runHere } from "./page-run.js";
import { sharedData } from "./shared-data.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const RUNS: readonly Partial<DeconvolveOptions>[] = [
  {},
  { kernels: "wasm" },
  { kernels: "typescript" },
  { method: "flashdeconv", kernels: "wasm" },
  { method: "poisson" },
];

const golden = [sharedData("golden/spatial.h5ad"), sharedData("golden/reference.h5ad")];
const hasGolden = golden.every((path) => path !== undefined);

describe.skipIf(!hasChromium)(`deconvolve in Chromium${reason}`, () => {
  let server: Server;
  let browser: Browser;

  beforeAll(async () => {
    const page = fileURLToPath(new URL("page-run.ts", import.meta.url));
    const { code } = await bundle(`export * from ${JSON.stringify(page)};`);
    server = createServer(({ url = "" }, response) => {
      const headers = url.startsWith("/isolated") ? ISOLATION : {};
      const isScript = url.endsWith(".js");
      response.writeHead(200, { ...headers, "content-type": isScript ? "text/javascript" : "text/html" });
      response.end(isScript ? code : "<!doctype html><title>run</title><script src='run.js'></script>");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await openChromium();
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  it.each([
    ["isolated", true],
    ["plain", false],
  ] as const)("a page that is %s gets the bits that Node gets", async (folder, isIsolated) => {
    const page = await browser.newPage();
    page.setDefaultTimeout(LONGEST_WAIT);
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/${folder}/`);
    const inPage = <T>(work: (bundled: typeof Page, options: Partial<DeconvolveOptions>) => T) =>
      `(options) => (${work.toString()})(bundled, options)`;
    const ask = (work: string, options: unknown) => page.evaluate(`(${work})(${JSON.stringify(options)})`);
    expect(
      await ask(
        inPage((bundled) => bundled.isIsolated()),
        {},
      ),
    ).toBe(isIsolated);
    for (const options of RUNS) {
      const found = await ask(
        inPage((bundled, given) => bundled.runHere(given)),
        options,
      );
      const difference = firstDifference(found as string, await runHere(options));
      expect(difference, JSON.stringify(options)).toBeUndefined();
    }
    await page.close();
  });

  it("a page reads a section in a zip file that it was given", async () => {
    const store = memoryStore();
    const values = Float32Array.of(5, 1, 2, 7);
    const X = memorySource({
      kind: "csr" as const,
      spotStart: 0,
      spotCount: 2,
      width: 3,
      indptr: Int32Array.of(0, 1, 4),
      indices: Int32Array.of(1, 0, 1, 2),
      values,
    });
    await writeAnnData(store, { spotCount: 2, spotNames: ["a", "b"], geneNames: ["f", "g", "h"], X });
    const members = store.keys().map(async (key) => {
      return [`s.zarr${key}`, (await store.get(key as `/${string}`)) ?? new Uint8Array(0)] as const;
    });
    const zip = storedZip(await Promise.all(members), (bytes) => deflateRawSync(bytes));
    const page = await browser.newPage();
    page.setDefaultTimeout(LONGEST_WAIT);
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/plain/`);
    const counts = await page.evaluate(`bundled.countsOfZip(${JSON.stringify([...zip])})`);
    expect(counts).toEqual([...values]);
    await page.close();
  });

  it.skipIf(!hasGolden)(
    `h5ad Files give the bits of Zarr stores in Node${hasGolden ? "" : " (no ../shared)"}`,
    async () => {
      const page = await browser.newPage();
      page.setDefaultTimeout(LONGEST_WAIT);
      const { port } = server.address() as AddressInfo;
      await page.goto(`http://127.0.0.1:${port}/plain/`);
      const bytes = await Promise.all(golden.map(async (path) => [...(await readFile(path ?? ""))]));
      const found = (await page.evaluate(
        `bundled.proportionsOfFiles(...${JSON.stringify(bytes)})`,
      )) as number[];
      const spatial = await openSpatial(await openStore(goldenPath("spatial.zarr")));
      const reference = await openReference(await openStore(goldenPath("reference.zarr")));
      const { proportions } = await deconvolve(spatial, reference, {});
      expect(found.length).toBe(900 * 7);
      expect(found).toEqual([...(await collect(proportions)).values]);
      await page.close();
    },
  );
});

/** Where two long texts begin to differ, to be read. */
function firstDifference(a: string, b: string): string | undefined {
  if (a === b) return undefined;
  let at = 0;
  while (a[at] === b[at]) at++;
  return `${a.slice(Math.max(0, at - 60), at + 40)} | ${b.slice(at, at + 40)}`;
}
