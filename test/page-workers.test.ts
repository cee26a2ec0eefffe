import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeAnnData } from "@flashdeconv/io-zarr";
import { createStore, openStore } from "@flashdeconv/io-zarr/node";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "./bundle.js";
import { hasChromium, ISOLATION, openChromium, reason } from "./chromium.js";
import type * as Page from "./page-workers.js";
import { runOn, tissueOf } from "./page-workers.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const here = (name: string) => JSON.stringify(fileURLToPath(new URL(name, import.meta.url)));
/** More than are worth threads. */
const SPOTS = 40_000;
const OPTIONS = { smoothing: 10 };

describe.skipIf(!hasChromium)(`workers of a page in Chromium${reason}`, () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let known: Omit<Awaited<ReturnType<typeof runOn>>, "tasks">;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-page-"));
    const { counts: X, spotCount, geneNames, coordinates, spotNames } = tissueOf(SPOTS);
    const obsm = { spatial: { values: coordinates } };
    const section = await createStore(join(folder, "section.zarr"));
    await writeAnnData(section, { X, spotCount, spotNames: spotNames(), geneNames, obsm });
    const { code: page } = await bundle(`export * from ${here("page-workers.ts")};`);
    const { code: worker } = await bundle('import "@flashdeconv/pipeline/page-worker";');
    const scripts: Record<string, string> = { "run.js": page, "worker.js": worker };
    server = createServer(async ({ url = "" }, response) => {
      const name = url.split("/").at(-1) ?? "";
      const isolation = url.startsWith("/isolated") ? ISOLATION : {};
      if (url.startsWith("/section.zarr/")) {
        const bytes = await readFile(join(folder, url)).catch(() => undefined);
        response.writeHead(bytes ? 200 : 404);
        response.end(bytes);
        return;
      }
      const isScript = name in scripts;
      response.writeHead(200, { ...isolation, "content-type": isScript ? "text/javascript" : "text/html" });
      response.end(
        isScript ? scripts[name] : "<!doctype html><title>run</title><script src='run.js'></script>",
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await openChromium();
    const { tasks, ...answer } = await runOn(await openStore(join(folder, "section.zarr")), "", OPTIONS);
    expect(tasks).toEqual([]);
    known = answer;
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    [
      "isolated",
      ["arrangeSpots", "joinNeighbors", "orderSpots", "searchNeighbors", "summarize", "survey", "sweep"],
    ],
    // Nothing is shared there: the solve is the calling thread's.
    ["plain", ["buildGraph", "orderSpots", "summarize", "survey"]],
  ] as const)("give the bits that Node gives, where the page is %s", async (kind, tasks) => {
    const page = await browser.newPage();
    page.setDefaultTimeout(LONGEST_WAIT);
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await page.goto(`${address}/${kind}/`);
    const work = (bundled: typeof Page, url: string) => bundled.runWithWorkers(url);
    const ask = `(${work.toString()})(bundled, ${JSON.stringify(`${address}/section.zarr`)})`;
    const found = (await page.evaluate(ask)) as Awaited<ReturnType<typeof runOn>>;
    const { tasks: used, ...answer } = found;
    expect(answer).toEqual({ ...known, spotCount: SPOTS, converged: true });
    expect(used).toEqual(expect.arrayContaining([...tasks]));
    expect(used.includes("sweep")).toBe(kind === "isolated");
    await page.close();
  });
});
