import { createReadStream, existsSync, statSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { mapChunks } from "@flashdeconv/core";
import { type AnnDataContents, writeAnnData } from "@flashdeconv/io-zarr";
import { createStore } from "@flashdeconv/io-zarr/node";
import { simulateTissue } from "@flashdeconv/simulate";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../apps/cli/test/run-cli.js";
import { zipped } from "../apps/web/make-example.mjs";
import { pageServer } from "../scripts/serve-page.mjs";
import { builtPage, loadedWith } from "./built-page.js";
import { GL_ARGUMENTS, hasChromium, isOfPicture, openChromium, reason } from "./chromium.js";
import { sharedData } from "./shared-data.js";
import { LONGEST_WAIT, until } from "./wait-in-page.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const HOSTILE = "<img src=x onerror=\"document.title='hit'\">";
const golden = [sharedData("golden/spatial.h5ad"), sharedData("golden/reference.h5ad")];
const hasGolden = golden.every((path) => path !== undefined);

/** Bytes that may be loaded before any codec, gzipped. */
const BUDGET = 200_000;

describe("the built page", () => {
  it(`loads at most ${BUDGET} gzipped bytes before a codec is wanted`, () => {
    const files = loadedWith(builtPage(), ["index-", "run-worker-", "pass-worker-"]);
    const total = files.reduce((sum, [, bytes]) => sum + bytes, 0);
    expect(
      total,
      `the largest: ${files.slice(0, 4).map(([name, bytes]) => `${name} ${bytes}`)}`,
    ).toBeLessThanOrEqual(BUDGET);
  });
});

describe.skipIf(!hasChromium)(`the built page in Chromium${reason}`, () => {
  const servers: Server[] = [];
  let browser: Browser;
  let folder: string;
  let address: string;
  /** The same without what lets workers share memory. */
  let plainAddress: string;
  let elsewhere: string;
  let example: { section: string; reference: string };

  const listen = async (server: Server) => {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };

  beforeAll(async () => {
    const built = builtPage();
    example = {
      section: join(built, "example/section.zarr.zip"),
      reference: join(built, "example/reference.zarr.zip"),
    };
    folder = await mkdtemp(join(tmpdir(), "flashdeconv-web-"));
    await writeInputs(folder);
    address = await listen(pageServer(built));
    plainAddress = await listen(pageServer(built, {}));
    elsewhere = await listen(filesOf(folder));
    browser = await openChromium(GL_ARGUMENTS);
  });

  afterAll(async () => {
    await browser?.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await rm(folder, { recursive: true, force: true });
  });

  /** Without the worker that isolates a page, which loads it twice. */
  const open = async (at = address, isServed = false) => {
    const page = await browser.newPage();
    // What never comes ends the test, not the run of all.
    page.setDefaultTimeout(LONGEST_WAIT);
    const seen = { requests: [] as string[], complaints: [] as string[] };
    page.on("request", (request) => seen.requests.push(request.url()));
    page.on("console", (message) => {
      if (!isOfPicture(message.text())) seen.complaints.push(message.text());
    });
    page.on("pageerror", (error) => seen.complaints.push(String(error)));
    // Files are picked and saved in ways that need no dialog of the browser's own.
    await page.addInitScript("delete window.showDirectoryPicker; delete window.showSaveFilePicker;");
    if (!isServed) await page.addInitScript("delete Navigator.prototype.serviceWorker;");
    await page.goto(at);
    return { page, seen };
  };

  const step = (page: Page, name: string) => page.locator(`section[aria-labelledby=${name}]`);
  const choose = async (page: Page, name: string, path: string, kind = "Choose a file") => {
    const chooser = page.waitForEvent("filechooser");
    await step(page, name).getByRole("button", { name: kind }).click();
    await (await chooser).setFiles(path);
  };
  const ready = (page: Page) => page.waitForSelector("button.main:enabled");
  const run = async (page: Page) => {
    await ready(page);
    await page.click("button.main");
    await page.locator(".in-short").waitFor();
  };
  const failure = async (page: Page, name: string) => {
    const box = page.locator(`#${name}-failure`);
    await box.waitFor();
    expect(await page.locator("button.main").isDisabled()).toBe(true);
    return box.textContent();
  };
  /** The map's pictures are tried with the viewer: here that there is one. */
  const drawn = async (page: Page) => {
    await page.locator(".viewer .fd-canvas").waitFor();
    await page.locator(".viewer", { hasText: "Largest type in" }).waitFor();
    const blank = 3000;
    const map = page.locator(".viewer .fd-canvas");
    await expect
      .poll(async () => (await map.screenshot()).length, { timeout: LONGEST_WAIT })
      .toBeGreaterThan(blank);
  };
  const save = async (page: Page, label: string) => {
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: label }).click();
    const path = join(folder, `saved ${(await download).suggestedFilename()}`);
    await (await download).saveAs(path);
    return path;
  };

  it("leads by the keyboard alone from its address to the map of the example, and saves what the command line writes", async () => {
    const { page, seen } = await open();
    for (let tabs = 0; (await page.evaluate("document.activeElement.id")) !== "example"; tabs++) {
      expect(tabs).toBeLessThan(100);
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await until(page, "document.activeElement.classList.contains('main')");
    await page.keyboard.press("Enter");
    await until(page, "document.activeElement.id === 'result'");
    await page.locator(".in-short .verdict").waitFor();
    await drawn(page);
    expect(seen.requests.filter((url) => !url.startsWith(address) && !url.startsWith("blob:"))).toEqual([]);
    expect(seen.complaints).toEqual([]);

    const csv = await save(page, "Save as .csv");
    const out = join(folder, "by-command.csv");
    const { code } = await runCli(["run", example.section, "--reference", example.reference, "--out", out]);
    expect(code).toBe(0);
    expect(await readFile(csv, "utf8")).toBe(await readFile(out, "utf8"));
    expect((await readFile(await save(page, "Save as .h5ad"))).subarray(1, 4).toString()).toBe("HDF");
    expect((await readFile(await save(page, "Save the report"))).subarray(0, 15).toString()).toBe(
      "<!doctype html>",
    );
    const zip = await save(page, "Save as .zarr.zip");

    // What was saved is looked at again, in a page of its own.
    await page.getByRole("button", { name: "Open another" }).click();
    await choose(page, "section", zip);
    await drawn(page);
    expect(seen.complaints).toEqual([]);
    await page.close();
  });

  it("runs files that are picked, and folders, without shared memory too", async () => {
    const { page, seen } = await open(plainAddress);
    await choose(page, "section", join(folder, "section.zarr"), "Choose a folder");
    await choose(page, "reference", join(folder, "reference.zarr.zip"));
    await ready(page);
    expect(await step(page, "run").textContent()).toContain("share no memory");
    await run(page);
    const names = await step(page, "reference").locator("th[scope=row]").allTextContents();
    expect(names).toContain(HOSTILE);
    expect(await page.locator(".viewer").textContent()).toContain(HOSTILE);
    expect(await page.title()).toContain("Done");
    expect(await page.locator("img").count()).toBe(0);
    expect(seen.complaints).toEqual([]);
    await page.close();
  });

  it.skipIf(!hasGolden)(`runs .h5ad files${hasGolden ? "" : " (no ../shared)"}`, async () => {
    const { page, seen } = await open();
    await choose(page, "section", golden[0] as string);
    await choose(page, "reference", golden[1] as string);
    await run(page);
    expect(await step(page, "result").textContent()).toContain("900 spots, 7 cell types");
    expect(seen.complaints).toEqual([]);
    await page.close();
  });

  /** What the page calls options otherwise. */
  const FLAGS: readonly (readonly [string | RegExp, string])[] = [
    [/“(--[^”]+) of the command line”/, "$1"],
    [/“Matrix”:?/, "--layer"],
    [/“Method”:/, "--method"],
    ["“Accept values that are not whole numbers”", "--allow-non-counts"],
  ];
  const inFlags = (text: string) =>
    FLAGS.reduce((told, [ours, theirs]) => told.replace(ours, theirs), text.replaceAll("'", ""));
  /** Lines and rows of tables that the command line prints, without where inputs lie. */
  const printed = async (...paths: readonly [section: string, reference: string]) => {
    const { code, stdout } = await runCli(["inspect", paths[0], "--reference", paths[1], "--quiet"]);
    expect(code).toBe(0);
    return stdout
      .split("\n")
      .filter((line) => !/^$|^Memory: |^Matrices$|^Matrices of the reference$/.test(line))
      .map((line) => line.slice(paths.find((path) => line.startsWith(`${path}: `))?.length ?? 0))
      .map((line) => paths.reduce((text, path) => text.replace(path, basename(path)), line))
      .map((line) => line.replace(/^: /, ""))
      .map((line) => line.trim().split(/ {2,}/).join("|").replaceAll("'", ""))
      .sort();
  };
  const shown = async (page: Page) => {
    const rows = await page.locator(".found tr").all();
    const cells = rows.map(async (row) => {
      const texts = await row.locator("th, td").allTextContents();
      return texts.filter((text) => text !== "").join("|");
    });
    const lines = await page.locator(".found .findings li").allTextContents();
    return [...(await Promise.all(cells)), ...lines].map(inFlags).sort();
  };

  it.each([
    ["that fits", "section.zarr", "reference.zarr.zip", /Shared genes: 59 /],
    ["beside a section of logged values", "logged.zarr", "reference.zarr.zip", /X holds no raw counts/],
    ["of other genes", "section.zarr", "foreign.zarr.zip", /Shared genes: 0 /],
    ["whose types are alike", "section.zarr", "alike.csv", /ofile.*: "A" and "B"/],
  ])("says what inspect prints, before a run, of a reference %s", async (_, section, reference, told) => {
    const { page, seen } = await open();
    const paths = [join(folder, section), join(folder, reference)] as const;
    await choose(page, "section", paths[0], "Choose a folder");
    await choose(page, "reference", paths[1]);
    await step(page, "reference").getByText("Shared genes").waitFor();
    const found = await shown(page);
    expect(found).toEqual(await printed(...paths));
    expect(found.join("\n")).toMatch(told);
    expect(found.join("\n")).not.toContain("`");
    expect(seen.complaints).toEqual([]);
    await page.close();
  });

  it.skipIf(!hasGolden)(
    `says what inspect prints of .h5ad files${hasGolden ? "" : " (no ../shared)"}`,
    async () => {
      const { page } = await open();
      const [section, reference] = golden as [string, string];
      await choose(page, "section", section);
      await choose(page, "reference", reference);
      await step(page, "reference").getByText("Shared genes").waitFor();
      expect(await shown(page)).toEqual(await printed(section, reference));
      await page.close();
    },
  );

  it("runs a section behind a link, and says what is likely where a server lets nobody read", async () => {
    const { page } = await open();
    await page.fill("#section-link", `${elsewhere}closed/section.zarr`);
    await page.press("#section-link", "Enter");
    expect(await failure(page, "section")).toContain("CORS");
    await page.fill("#section-link", `${elsewhere}section.zarr`);
    await page.press("#section-link", "Enter");
    await choose(page, "reference", join(folder, "reference.zarr.zip"));
    await run(page);
    expect(await step(page, "result").textContent()).toContain("from the network");
    await page.close();
  });

  it.skipIf(!hasGolden)(
    "says where types were guessed, and that a section is no reference of itself",
    async () => {
      const { page } = await open();
      await choose(page, "section", golden[0] as string);
      await choose(page, "reference", golden[0] as string);
      const told = step(page, "reference");
      await told.getByText("There is no column cell_type: types were read from region.").waitFor();
      await told.getByText("look like the same file").waitFor();
      const empty = join(folder, "empty.h5ad");
      await writeFile(empty, "");
      await choose(page, "section", empty);
      expect(await failure(page, "section")).toContain("an empty file");
      await page.close();
    },
  );

  it("refuses in words, before a run, what cannot be one", async () => {
    const { page } = await open();
    await choose(page, "section", join(folder, "notes.h5ad"));
    expect(await failure(page, "section")).toMatch(/Found[\s\S]*Expected[\s\S]*What to do/);
    await choose(page, "section", join(folder, "section.zarr"), "Choose a folder");
    await page.locator("#section-failure").waitFor({ state: "detached" });
    await choose(page, "reference", join(folder, "untyped.zarr.zip"));
    await step(page, "reference")
      .getByText(/column of .*types|names? the types|none found/i)
      .first()
      .waitFor();
    expect(await page.locator("button.main").isDisabled()).toBe(true);
    await choose(page, "reference", join(folder, "foreign.zarr.zip"));
    expect(await failure(page, "reference")).toMatch(/gene/i);
    await choose(page, "section", join(folder, "placeless.zarr.zip"));
    await choose(page, "reference", join(folder, "reference.zarr.zip"));
    expect(await failure(page, "section")).toContain("no coordinates");
    await page.close();
  });

  it("shares memory among its workers where the host sends no header for it", async () => {
    const { page, seen } = await open(plainAddress, true);
    await page.click("#example");
    await ready(page);
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect(seen.complaints).toEqual([]);
    await page.close();
  });

  it("pauses, goes on, cancels, runs again, and outlives a worker that dies", async () => {
    const { page } = await open();
    await page.click("#example");
    await ready(page);
    await page.click("button.main");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Go on" }).waitFor();
    expect(await page.title()).toContain("Paused");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("The run was cancelled.").waitFor();
    await ready(page);
    await page.click("button.main");
    await page.getByRole("button", { name: "Cancel" }).waitFor();
    const worker = page.workers().find((one) => one.url().includes("run-worker"));
    await worker?.evaluate("self.close()").catch(() => undefined);
    await page.locator("#run-failure").waitFor();
    expect(await page.locator("#run-failure").textContent()).toContain("memory");
    await run(page);
    await page.close();
  });

  it("has nothing that axe finds serious beside a result, and fits: light, dark, 400 pixels wide", async () => {
    const { page } = await open();
    await page.click("#example");
    await run(page);
    // The page's own policy would let no other script in, but for what the browser itself evaluates.
    await page.evaluate(await readFile(AXE, "utf8"));
    for (const [colorScheme, width] of [
      ["light", 1100],
      ["dark", 1100],
      ["light", 400],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const found = (await page.evaluate("axe.run()")) as {
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      };
      const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      expect(serious.map(({ id, nodes }) => `${colorScheme} ${width}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    }
    await page.close();
  });
});

/** Inputs that can be run, and some that cannot. */
async function writeInputs(folder: string): Promise<void> {
  const { reference, ...tissue } = simulateTissue({
    ...{
      spotCount: 400,
      geneCount: 60,
      typeCount: 3,
      depth: 60,
      cellsPerType: 12,
      referenceDepth: 200,
      seed: 4,
    },
  });
  const { spotCount, geneNames, counts: X } = tissue;
  const section: AnnDataContents = {
    ...{ spotCount, geneNames, X, spotNames: tissue.spotNames() },
    obsm: { spatial: { values: tissue.coordinates } },
  };
  const cells: AnnDataContents = {
    ...{
      spotCount: reference.cellCount,
      spotNames: reference.cellNames,
      geneNames: reference.geneNames,
      X: reference.counts,
    },
  };
  const { codes, names } = reference.cellTypes;
  const obs = [
    { kind: "categorical" as const, name: "cell_type", codes, categories: [HOSTILE, ...names.slice(1)] },
  ];
  const store = await createStore(join(folder, "section.zarr"));
  await writeAnnData(store, section);
  const logged = mapChunks(X, (chunk) => ({ ...chunk, values: chunk.values.map(Math.log1p) }));
  await writeAnnData(await createStore(join(folder, "logged.zarr")), {
    ...{ ...section, spotNames: tissue.spotNames() },
    ...{ X: logged, layers: { counts: X } },
  });
  const write = async (name: string, contents: AnnDataContents) =>
    writeFile(join(folder, `${name}.zarr.zip`), await zipped(contents));
  await write("reference", { ...cells, obs });
  await write("untyped", cells);
  await write("foreign", { ...cells, obs, geneNames: reference.geneNames.map((name) => `other_${name}`) });
  await write("placeless", { ...section, spotNames: tissue.spotNames(), obsm: {} });
  const means = geneNames.map((name, g) => `${name},${1 + (g % 3)},${2 + 2 * (g % 3)},${g % 7}`);
  await writeFile(join(folder, "alike.csv"), `gene,A,B,C\n${means.join("\n")}\n`);
  await writeFile(join(folder, "notes.h5ad"), "These are notes.\n");
}

/** A server of files that other pages may read, but for those below `/closed/`. */
function filesOf(folder: string): Server {
  return createServer(({ url = "", method, headers: { range } }, response) => {
    const isClosed = url.startsWith("/closed/");
    const headers = isClosed
      ? {}
      : {
          "access-control-allow-origin": "*",
          "access-control-allow-headers": "range",
          "access-control-expose-headers": "content-range, content-length, etag",
          "cross-origin-resource-policy": "cross-origin",
        };
    const path = join(folder, decodeURIComponent(url.split("?")[0].replace("/closed/", "/")));
    if (method === "OPTIONS") return void response.writeHead(204, headers).end();
    if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404, headers).end();
    const { size } = statSync(path);
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? "") ?? [];
    const start = Number(from ?? 0);
    const end = to ? Math.min(size - 1, Number(to)) : size - 1;
    const part = from === undefined ? {} : { "content-range": `bytes ${start}-${end}/${size}` };
    response.writeHead(from === undefined ? 200 : 206, {
      ...headers,
      ...part,
      "content-length": end - start + 1,
    });
    createReadStream(path, { start, end }).pipe(response);
  });
}
