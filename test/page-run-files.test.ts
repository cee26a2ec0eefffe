import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect } from "@flashdeconv/core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { hdf5Writer } from "../packages/io-h5/src/write/hdf5-writer.js";
import { memoryFile } from "../packages/io-h5/test/memory-file.js";
import { hasChromium, openChromium, reason } from "./chromium.js";
import { type RunServer, serveRuns } from "./page-runs-server.js";
import { inPage, nodeDigest, SPOTS, writeTissue } from "./page-runs-tools.js";
import { tissueOf } from "./page-workers.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const WORKERS = 2;

describe.skipIf(!hasChromium)(`files of runs in a page in Chromium${reason}`, () => {
  let folder: string;
  let server: RunServer;
  let browser: Browser;
  let expected: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-run-files-"));
    await writeTissue(folder);
    await writeVisium(join(folder, "visium"));
    server = await serveRuns(folder);
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
    await rm(folder, { recursive: true, force: true });
  });

  async function openPage(kind: "isolated" | "turns" | "mortal"): Promise<Page> {
    const page = await browser.newPage();
    page.setDefaultTimeout(LONGEST_WAIT);
    await page.goto(`${server.address}/${kind}/`);
    return page;
  }

  it("go with a run whose worker for passes dies, and the next run is right", async () => {
    const page = await openPage("mortal");
    let deaths = 0;
    server.intercept = (url, response) => {
      if (!url.endsWith("/is-last")) return false;
      response.end(deaths++ === 0 ? "yes" : "no");
      return true;
    };
    const found = await inPage(page, { WORKERS }, async (bundled, { WORKERS }) => {
      const { runner } = bundled.startRunner();
      await bundled.openBoth(runner);
      const failed = await runner.run({ workerCount: WORKERS }).then(
        () => "done",
        (error: Error) => error.message,
      );
      const left = await bundled.keptFiles();
      const again = await bundled.digestOfResult(await runner.run({ workerCount: WORKERS }));
      const leftThen = await bundled.keptFiles();
      runner.close();
      return { failed, left, again, leftThen };
    });
    expect(found.failed).toMatch(
      /found a worker that ended without a word, expected a worker that finishes its task\. .*try fewer workers/,
    );
    expect(found).toMatchObject({ left: [], again: expected, leftThen: [] });
    await page.close();
  });

  it("that are opened by turns, as where none are shared, keep counts and give the same bits", async () => {
    const page = await openPage("turns");
    const found = await inPage(page, { WORKERS }, async (bundled, { WORKERS }) => {
      const { runner } = bundled.startRunner();
      await bundled.openBoth(runner);
      const result = await runner.run({ workerCount: WORKERS });
      const digest = await bundled.digestOfResult(result);
      const left = await bundled.keptFiles();
      runner.close();
      return { digest, codes: result.notices.map(({ code }) => code), left };
    });
    expect(found).toMatchObject({ digest: expected, left: [] });
    expect(found.codes).not.toContain("cache-full");
    expect(found.codes).not.toContain("no-browser-files");
    await page.close();
  });

  it("that find no more room are done without, which is said once", async () => {
    const page = await openPage("isolated");
    // Less than a chunk, so that it is found out long before the end.
    await limitStorage(page, 10_000);
    const found = await inPage(page, { WORKERS }, async (bundled, { WORKERS }) => {
      const { runner } = bundled.startRunner();
      await bundled.openBoth(runner);
      const result = await runner.run({ workerCount: WORKERS });
      const digest = await bundled.digestOfResult(result);
      const left = await bundled.keptFiles();
      runner.close();
      return { digest, full: result.notices.filter(({ code }) => code === "cache-full"), left };
    });
    expect(found).toMatchObject({ digest: expected, left: [] });
    expect(found.full).toHaveLength(1);
    expect(found.full[0].message).toMatch(
      /found no room for (another file|[\d,]+ more bytes?) in what the browser keeps for this page/,
    );
    await page.close();
  });

  it.each([undefined, 2] as const)("hold scratch with the bits of memory (workers: %s)", async (workers) => {
    const page = await openPage("isolated");
    const found = await inPage(page, { workers }, (bundled, { workers }) =>
      bundled.runOnScratch({ workers }),
    );
    expect(found).toEqual({ digest: expected, isUsed: true, left: [] });
    await page.close();
  });

  it("hold no scratch that is larger than the room, before a run and within", async () => {
    const page = await openPage("isolated");
    await limitStorage(page, 300_000);
    const found = await inPage(page, {}, async (bundled) => [
      await bundled.runOnScratch({ bytesNeeded: 1e15 }),
      await bundled.runOnScratch({}),
    ]);
    expect(found[0].error).toMatch(
      /scratch in the browser: found room for [\d,]+ bytes? .* expected room for 1000000000000000 bytes\. Free some space/,
    );
    expect(found[1].error).toMatch(
      /found no room for .* in what the browser keeps for this page, .* Free some space .* Nothing was written elsewhere/,
    );
    expect(found.map(({ left }) => left)).toEqual([[], []]);
    await page.close();
  });

  it.each([
    ["section.zarr", undefined],
    ["visium", "Visium"],
  ])("are read from a picked folder: %s", async (picked, called) => {
    const page = await openPage("isolated");
    await page.evaluate("document.body.innerHTML = '<input type=file webkitdirectory>'");
    await page.setInputFiles("input", join(folder, picked));
    const found = await inPage(page, { picked, WORKERS }, async (bundled, { picked, WORKERS }) => {
      const { runner } = bundled.startRunner();
      await bundled.openBoth(runner);
      const { files } = document.querySelector("input") as HTMLInputElement;
      const place = {
        kind: "files" as const,
        name: picked,
        files: [...(files ?? [])].map((file) => ({
          path: file.webkitRelativePath.split("/").slice(1).join("/"),
          file,
        })),
      };
      const { name, called, spotCount } = await runner.openSection(place);
      const digest = await bundled.digestOfResult(await runner.run({ workerCount: WORKERS }));
      const broken = { ...place, name: "part", files: place.files.slice(0, 0) };
      const none = await runner.openSection(broken).then(
        () => "opened",
        (error: Error) => error.message,
      );
      runner.close();
      return { name, called, spotCount, digest, none };
    });
    expect(found).toMatchObject({ name: picked, spotCount: SPOTS, digest: expected });
    expect(found.called).toBe(called);
    expect(found.none).toMatch(/nothing in it/);
    expect([...server.sent.keys()].filter((url) => url.includes("visium"))).toEqual([]);
    await page.close();
  });
});

/** Bytes that the browser lets a page's site keep. */
async function limitStorage(page: Page, quotaSize: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Storage.overrideQuotaForOrigin", { origin: new URL(page.url()).origin, quotaSize });
}

/** The tissue as Space Ranger writes it. */
async function writeVisium(folder: string): Promise<void> {
  const { counts, coordinates, geneNames, spotCount } = tissueOf(SPOTS);
  const rows = await collect(counts);
  const places = (await collect(coordinates)).values;
  if (!("indptr" in rows)) throw new TypeError("counts that are not sparse");
  const file = memoryFile();
  const h5 = hdf5Writer(file);
  for (const group of ["", "matrix", "matrix/features"]) h5.group(group);
  const whole = Int32Array.from(rows.values);
  await h5.array("matrix/data", { type: "int32", shape: [whole.length] }).write(0, whole);
  const { indices, indptr } = rows;
  await h5
    .array("matrix/indices", { type: "int32", shape: [indices.length] })
    .write(0, Int32Array.from(indices));
  await h5
    .array("matrix/indptr", { type: "int32", shape: [indptr.length] })
    .write(0, Int32Array.from(indptr));
  const shape = Int32Array.of(geneNames.length, spotCount);
  await h5.array("matrix/shape", { type: "int32", shape: [2] }).write(0, shape);
  const barcodes = Array.from({ length: spotCount }, (_, i) => `S${i}-1`);
  const texts: [string, readonly string[]][] = [
    ["matrix/barcodes", barcodes],
    ["matrix/features/name", geneNames],
    ["matrix/features/id", geneNames.map((name) => `ID-${name}`)],
    ["matrix/features/feature_type", geneNames.map(() => "Gene Expression")],
  ];
  for (const [path, list] of texts)
    await h5.array(path, { type: "text", shape: [list.length] }).writeTexts(0, list);
  await h5.finish();
  await mkdir(join(folder, "spatial"), { recursive: true });
  await writeFile(join(folder, "filtered_feature_bc_matrix.h5"), file.bytes());
  const lines = barcodes.map((name, i) => `${name},1,0,${i},${places[2 * i + 1]},${places[2 * i]}`);
  await writeFile(join(folder, "spatial/tissue_positions_list.csv"), `${lines.join("\n")}\n`);
}
