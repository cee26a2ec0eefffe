import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hasChromium, openChromium, reason } from "./chromium.js";
import type * as Bundled from "./page-runs.js";
import { type RunServer, serveRuns } from "./page-runs-server.js";
import { inPage, nodeDigest, SPOTS, writeTissue } from "./page-runs-tools.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const WORKERS = 2;

describe.skipIf(!hasChromium)(`runs in a page in Chromium${reason}`, () => {
  let folder: string;
  let server: RunServer;
  let other: RunServer;
  let browser: Browser;
  let expected: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-runs-"));
    await writeTissue(folder);
    server = await serveRuns(folder);
    other = await serveRuns(folder);
    browser = await openChromium();
    expected = await nodeDigest(folder);
  });

  beforeEach(() => {
    server.sent.clear();
    server.intercept = undefined;
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    other?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function openPage(kind: "isolated" | "plain"): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(LONGEST_WAIT);
    await page.goto(`${server.address}/${kind}/`);
    return page;
  }

  it.each(["isolated", "plain"] as const)(
    "give the bits of Node and fetch counts once, where the page is %s",
    async (kind) => {
      const page = await openPage(kind);
      server.intercept = (url, response) => {
        if (!url.endsWith("/opened")) return false;
        // What was looked at to open it does not count.
        server.sent.clear();
        response.end();
        return true;
      };
      const found = await inPage(page, { WORKERS }, async (bundled, { WORKERS }) => {
        const { runner } = bundled.startRunner();
        await bundled.openBoth(runner);
        await fetch("/data/opened");
        const shares: number[] = [];
        const pictures: number[] = [];
        const result = await runner.run(
          { workerCount: WORKERS },
          {
            onProgress: ({ share }) => shares.push(share),
            onPicture: ({ ground, bytes }) =>
              pictures.push(ground ? bytes.filter((byte) => byte > 0 && byte < 255).length : 0),
          },
        );
        const saved = await Promise.all([await runner.save("csv"), await runner.save("h5ad")]);
        const environment = await runner.environment();
        runner.close();
        return {
          environment,
          digest: await bundled.digestOfResult(result),
          isAscending: shares.every((share, i) => i === 0 || share >= shares[i - 1]),
          last: shares.at(-1),
          picture: pictures[0],
          notices: result.notices.map(({ code }) => code),
          command: result.command,
          saved: saved.map(({ name, blob }) => [name, blob.size > 1000]),
        };
      });
      expect(found.digest).toBe(expected);
      expect(found.environment).toMatchObject({
        isIsolated: kind === "isolated",
        hasLocks: true,
        hasFiles: true,
      });
      expect(found.isAscending).toBe(true);
      expect(found.last).toBeGreaterThan(0.9);
      expect(found.picture).toBe(SPOTS);
      expect(found.notices).not.toContain("no-browser-files");
      expect(found.command).toMatch(
        /^flashdeconv run http:\S+section\.zarr --reference \S+ --workers 2 --out result\.zarr$/,
      );
      expect(found.saved).toEqual([
        ["section.flashdeconv.csv", true],
        ["section.flashdeconv.h5ad", true],
      ]);
      const chunks = [...server.sent].filter(([url]) =>
        /section\.zarr\/X\/(data|indices)\/c?\/?\d+/.test(url),
      );
      expect(chunks.length).toBeGreaterThan(4);
      // A chunk on the border of two workers' ranges may be asked for by both at the same time.
      const twice = chunks.filter(([, { requests }]) => requests > 1);
      expect(twice.length).toBeLessThanOrEqual(2 * (WORKERS - 1));
      expect(twice.every(([, { requests }]) => requests === 2)).toBe(true);
      await page.close();
    },
  );

  it("pause, go on with the same bits, and are cancelled while paused", async () => {
    const page = await openPage("isolated");
    const found = await inPage(page, { WORKERS }, async (bundled, { WORKERS }) => {
      const { runner } = bundled.startRunner();
      await bundled.openBoth(runner);
      const told: string[] = [];
      const pauseAt = (stage: string) => {
        let isPaused = false;
        return new Promise<Parameters<NonNullable<Bundled.Listeners["onProgress"]>>[0]>((resolve) => {
          listeners.onProgress = (progress) => {
            told.push(progress.stage);
            if (isPaused || progress.stage !== stage) return;
            isPaused = true;
            void runner.pause().then(() => resolve(progress));
          };
        });
      };
      const listeners: { -readonly [K in keyof Bundled.Listeners]: Bundled.Listeners[K] } = {};
      const quiet = async () => {
        // What had begun comes to its end; after that nothing is told, however often somebody asks.
        for (let before = -1; before !== told.length; ) {
          before = told.length;
          for (let i = 0; i < 200; i++) await runner.environment();
        }
        const count = told.length;
        for (let i = 0; i < 500; i++) await runner.environment();
        return told.length - count;
      };
      const paused = pauseAt("statistics");
      const run = runner.run(
        { workerCount: WORKERS },
        {
          ...listeners,
          onProgress: (progress) => listeners.onProgress?.(progress),
        },
      );
      await paused;
      const more = await quiet();
      const isThere = told.includes("write");
      runner.goOn();
      const digest = await bundled.digestOfResult(await run);

      const again = pauseAt("genes");
      const stop = new AbortController();
      const second = runner.run(
        { workerCount: WORKERS },
        { signal: stop.signal, onProgress: (progress) => listeners.onProgress?.(progress) },
      );
      const failed = second.then(
        () => "done",
        (error: Error) => error.name,
      );
      await again;
      stop.abort();
      const cancelled = await failed;
      const third = await bundled.digestOfResult(await runner.run({ workerCount: WORKERS }));
      runner.close();
      return { more, isThere, digest, cancelled, third };
    });
    expect(found).toEqual({
      more: 0,
      isThere: false,
      digest: expected,
      cancelled: "AbortError",
      third: expected,
    });
    await page.close();
  });

  it("say so when their worker is killed in the middle", async () => {
    const page = await openPage("isolated");
    const found = await inPage(page, { WORKERS }, async (bundled, { WORKERS }) => {
      const { runner, worker } = bundled.startRunner();
      await bundled.openBoth(runner);
      const onProgress = ({ stage }: { stage: string }) => {
        if (stage === "statistics") worker.terminate();
      };
      return runner.run({ workerCount: WORKERS }, { onProgress }).then(
        () => "done",
        (error: Error) => error.message,
      );
    });
    expect(found).toMatch(
      /found a worker that ended without a word, expected a worker that answers\. It may have run out of memory/,
    );
    await page.close();
  });

  it("say what is likely where a server gives pages nothing, or no parts", async () => {
    const page = await openPage("isolated");
    server.intercept = (url, response) => {
      if (!url.endsWith("whole.h5ad")) return false;
      response.writeHead(200, { "content-type": "application/octet-stream" });
      response.end(Buffer.alloc(2 ** 24 + 1));
      return true;
    };
    const links = [
      `${other.address}/data/section.zarr`,
      `${server.address}/data/whole.h5ad`,
      "s3://bucket/section.zarr",
    ];
    const found = await inPage(page, { links }, async (bundled, { links }) => {
      const { runner } = bundled.startRunner();
      const messages: string[] = [];
      for (const url of links) {
        await runner.openSection({ kind: "url", url }).catch((error: Error) => messages.push(error.message));
      }
      runner.close();
      return messages;
    });
    expect(found).toHaveLength(3);
    expect(found[0]).toMatch(
      /no answer that a page may read .*CORS.*download it and pick the file here, or use the command line: flashdeconv run http/,
    );
    expect(found[1]).toMatch(
      /answers a request for a part .*Download the file and pick it here, or use the command line/,
    );
    expect(found[2]).toMatch(/link.*https:\/\/.*read by the command line/);
    await page.close();
  });
});
