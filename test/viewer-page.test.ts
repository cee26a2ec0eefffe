import type { Server } from "node:http";
import { createRequire } from "node:module";
import { openReference, openSpatial } from "@flashdeconv/io-zarr";
import { openStore } from "@flashdeconv/io-zarr/node";
import { deconvolve, writeResultStore } from "@flashdeconv/pipeline";
import { memoryStore } from "@flashdeconv/stores";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GL_ARGUMENTS, hasChromium, isOfPicture, openChromium, reason } from "./chromium.js";
import { goldenPath } from "./golden-data.js";
import { allColors, colorsAt, pixelOf, textOf } from "./viewer-pixels.js";
import { addResult, COLORS, HOSTILE, type Made, makeResult, TYPES } from "./viewer-results.js";
import { buildPage, packedBytes, type Shown, servePage, TOKEN } from "./viewer-server.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const GRID: Made = { size: [40, 30] };
/** Looks until it is so, however long that takes on a busy machine. */
const poll = (look: () => unknown) => expect.poll(look as () => never, { timeout: LONGEST_WAIT });
/** What the page may take before codecs, packed. */
const MOST_BYTES = 60_000;

interface Opened {
  readonly page: Page;
  /** Keys of the store that were asked for, in order. */
  readonly keys: string[];
  /** What left the machine, what the console said, errors. */
  readonly trouble: string[];
}

describe.skipIf(!hasChromium)(`the page of a result in Chromium${reason}`, () => {
  let files: ReadonlyMap<string, Uint8Array>;
  let server: Server;
  let origin: string;
  let show: (shown: Shown | undefined) => void;
  let browser: Browser;

  beforeAll(async () => {
    files = await buildPage();
    ({ server, origin, show } = await servePage(files));
    browser = await openChromium(GL_ARGUMENTS);
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  const open = async (
    shown: Shown | undefined,
    {
      hash = "",
      path = `/${TOKEN}/`,
      ...options
    }: { hash?: string; path?: string } & Parameters<Browser["newPage"]>[0] = {},
  ): Promise<Opened> => {
    show(shown);
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 }, ...options });
    page.setDefaultTimeout(LONGEST_WAIT);
    const [keys, trouble]: [string[], string[]] = [[], []];
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(data|blob):/.test(url)) trouble.push(url);
      const at = url.indexOf("/store/");
      if (at >= 0) keys.push(url.slice(at + "/store".length));
    });
    page.on("console", (message) => {
      if (!isOfPicture(message.text())) trouble.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => trouble.push(`error: ${error}`));
    await page.goto(`${origin}${path}${hash}`);
    return { page, keys, trouble };
  };
  const drawn = async (page: Page) => {
    await page.locator(".fd-legend li").first().waitFor();
    await page.locator(".fd-caption").filter({ hasText: "y grows downward" }).waitFor();
  };
  const result = async (made: Made, more: Partial<Shown> = {}): Promise<Shown> => ({
    store: await makeResult(made),
    ...more,
  });

  it("loads within its budget, and nothing that reads Parquet or text tables", () => {
    expect(packedBytes(files)).toBeLessThanOrEqual(MOST_BYTES);
    const names = [...files.keys()].filter((name) => !/^(view\.|index\.|chunk-)/.test(name));
    expect(names.map((name) => name.split("-")[0]).sort()).toEqual([
      "backdrop",
      "blosc",
      "blosc",
      "inflate",
      "lz4",
      "transformation",
      "zstd",
    ]);
  });

  it.each([
    ["", "Light grey spots have no answer."],
    ["#only=0", "Light grey spots are others, or have no answer."],
    ["#map=obs:status", undefined],
  ])("says of light grey what it means on the map %s", async (hash, told) => {
    const { page } = await open(await result(GRID), { hash });
    await drawn(page);
    const caption = await page.locator(".fd-caption", { hasText: "y grows" }).textContent();
    if (told === undefined) expect(caption).not.toMatch(/grey/i);
    else expect(caption).toContain(told);
    if (hash !== "") expect(page.url()).toContain(hash.slice(1).split("=")[0]);
    await page.close();
  });

  it.each([
    ["points or texels of columns", false],
    ["maps that were written with it", true],
  ])("draws known bins in their colours, from %s", async (_, hasMaps) => {
    const { page, keys, trouble } = await open(await result({ ...GRID, hasMaps }));
    await drawn(page);
    const seen = await colorsAt(page, [
      [10, 15],
      [30, 15],
      [0, 0],
    ]);
    expect(seen).toEqual([COLORS[0], COLORS[1], "#e6e6e6"]);
    expect(await page.title()).toBe("section.zarr: cell types");
    expect(page.url()).toBe(`${origin}/`);
    expect(trouble).toEqual([]);
    const first = keys.findIndex((key) => key.includes("flashdeconv_params"));
    // Metadata included.
    expect(first).toBeGreaterThanOrEqual(3);
    expect(first).toBeLessThanOrEqual(10);
    await page.close();
  });

  it("draws a large section in ten requests, and what is finer when one looks nearer", async () => {
    const { page, keys, trouble } = await open(await result({ size: [1200, 900], hasMaps: true }));
    await drawn(page);
    const first = keys.slice(
      0,
      keys.findIndex((key) => key.includes("/level_")),
    );
    expect(first.length).toBeLessThanOrEqual(9);
    const levels = () => keys.filter((key) => key.includes("/level_"));
    expect(levels()[0]).toMatch(/level_2\/3\.0\.0$/);
    for (let i = 0; i < 4; i++) await page.getByLabel("Zoom in").click();
    await poll(() => levels().some((key) => key.includes("/level_0/3."))).toBe(true);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("draws the golden section", async () => {
    const section = await openSpatial(await openStore(goldenPath("spatial.zarr")));
    const reference = await openReference(await openStore(goldenPath("reference.zarr")));
    const store = memoryStore();
    const found = await deconvolve(section, reference, {});
    await writeResultStore(store, found, await frameOf(section));
    const { page, trouble } = await open({ store });
    await drawn(page);
    expect(await page.locator(".fd-legend li").count()).toBe(7);
    const shares = await page.locator(".fd-legend .fd-share").allTextContents();
    const sum = shares.reduce((total, text) => total + Number.parseFloat(text), 0);
    expect(sum).toBeGreaterThan(98);
    expect(sum).toBeLessThan(102);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("shows one type alone, and all again; names are text", async () => {
    const { page, trouble } = await open(await result(GRID));
    await drawn(page);
    const entry = page.locator(".fd-legend button", { hasText: HOSTILE });
    await entry.click();
    expect(await entry.getAttribute("aria-pressed")).toBe("true");
    expect(
      await colorsAt(page, [
        [10, 15],
        [30, 15],
      ]),
    ).toEqual(["#bebec6", COLORS[1]]);
    await poll(() => page.url()).toContain("only=1");
    await page.locator(".fd-legend button", { hasText: HOSTILE }).click();
    expect(
      await colorsAt(page, [
        [10, 15],
        [30, 15],
      ]),
    ).toEqual([COLORS[0], COLORS[1]]);
    await page.getByText("1 notice of the run").click();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.title()).toBe("section.zarr: cell types");
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("has maps of what the result has, with limits, and the address keeps them", async () => {
    const shown = await result({ ...GRID, hasIntervals: true });
    const { page, trouble } = await open(shown);
    await drawn(page);
    const options = await page.locator(".fd-controls select").first().locator("option").allTextContents();
    expect(options).toEqual([
      "Largest type",
      "One type",
      "Blend of 2 to 4 types",
      "Lower bound of a type",
      "Upper bound of a type",
      "Error of a type (width of its interval)",
      "Status",
      "Counts",
    ]);
    await page.getByRole("combobox", { name: "Map" }).selectOption({ label: "Lower bound of a type" });
    await page.getByRole("combobox", { name: "Type" }).selectOption({ label: HOSTILE });
    await page.getByRole("spinbutton", { name: /^to/ }).fill("50");
    await page.getByRole("spinbutton", { name: /^to/ }).press("Enter");
    await page.getByLabel("square-root scale").check();
    await page.getByLabel("Zoom in").click();
    await poll(() => page.url()).toContain("at=");
    const { hash } = new URL(page.url());
    expect(new URLSearchParams(hash.slice(1)).get("type")).toBe(HOSTILE);
    const before = await colorsAt(page, [[20, 15]]);
    const again = await open(shown, { hash });
    await drawn(again.page);
    expect(await again.page.getByRole("combobox", { name: "Map" }).inputValue()).toBe("low");
    expect(await again.page.getByRole("spinbutton", { name: /^to/ }).inputValue()).toBe("50");
    expect(await again.page.getByLabel("square-root scale").isChecked()).toBe(true);
    expect(new URL(again.page.url()).hash).toBe(hash);
    expect(await colorsAt(again.page, [[20, 15]])).toEqual(before);
    expect([...trouble, ...again.trouble]).toEqual([]);
    await page.close();
    await again.page.close();
  });

  it("is used by keys alone: cross-hair, types, a selection, its barcodes", async () => {
    const { page, trouble } = await open(await result({ ...GRID, hasIntervals: true }), {
      acceptDownloads: true,
    });
    await drawn(page);
    await page.locator("canvas.fd-canvas").press("Shift+ArrowRight");
    const live = page.locator("[role=status]");
    await poll(() => live.textContent()).toMatch(/^spot-\d+, .* 80 % \(70 % to 90 %\)/);
    await page.keyboard.press("]");
    await poll(() => page.locator(".fd-legend [aria-pressed=true]").count()).toBe(1);
    await page.keyboard.press("Escape");
    await poll(() => page.locator(".fd-legend [aria-pressed=true]").count()).toBe(0);
    await page.keyboard.press("0");
    await page.getByText("Select the middle").press("Enter");
    await page.getByText("CSV of barcodes").waitFor();
    const told = await page.locator(".fd-selection p").first().textContent();
    const [, count] = /^([\d,]+) spots\.$/.exec(told ?? "") ?? [];
    expect(Number(count?.replace(",", ""))).toBeGreaterThan(200);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByText("CSV of barcodes").press("Enter"),
    ]);
    const lines = (await textOf(download)).trimEnd().split("\n");
    expect(lines[0]).toBe("barcode");
    expect(lines.length - 1).toBe(Number(count?.replace(",", "")));
    expect(lines[1]).toMatch(/^spot-\d+$/);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("selects by a rectangle that is drawn, and guards cells that a spreadsheet would run", async () => {
    const { page, trouble } = await open(await result(GRID));
    await drawn(page);
    await page.getByText("Rectangle", { exact: true }).click();
    const box = await page.locator("canvas.fd-canvas").boundingBox();
    if (box === null) throw new Error("the canvas has no box");
    await page.mouse.move(box.x + 1, box.y + 1);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 1, box.y + box.height - 1);
    await page.mouse.up();
    await page.getByText("CSV of barcodes").waitFor();
    expect(await page.locator(".fd-selection p").first().textContent()).toBe(
      "1,200 spots, 1 of them without an answer.",
    );
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByText("CSV of barcodes").click(),
    ]);
    expect((await textOf(download)).split("\n").slice(0, 3)).toEqual(["barcode", "spot-0", "'=1+1"]);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("tells at the pointer what is stored, and saves a picture", async () => {
    const { page, trouble } = await open(await result(GRID));
    await drawn(page);
    const [x, y] = await pixelOf(page, [30, 15]);
    await page.locator("canvas.fd-canvas").hover({ position: { x, y } });
    await poll(() => page.locator(".fd-tip").textContent()).toBe(
      `spot-630${HOSTILE}80 %neuron10 %glia10 %100 counts`,
    );
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByText("Save picture").click(),
    ]);
    expect(download.suggestedFilename()).toBe("flashdeconv-largest.png");
    expect(await page.locator(".fd-bar").textContent()).toMatch(/^\d+ µm$/);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it.each(["light", "dark"] as const)("has nothing serious against it for axe: %s", async (colorScheme) => {
    const { page } = await open(await result({ ...GRID, level: "amber", hasIntervals: true }), {
      colorScheme,
      bypassCSP: true,
    });
    await drawn(page);
    await page.getByText("Select the middle").click();
    await page.getByText("CSV of barcodes").waitFor();
    await page.getByRole("combobox", { name: "Map" }).selectOption("type");
    await page.addScriptTag({ path: AXE });
    const found = (await page.evaluate("axe.run()")) as {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    };
    const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`)).toEqual([]);
    await page.close();
  });

  it.each([
    ["amber", "Careful. It is amber."],
    ["red", "Do not use. It is red."],
  ] as const)("says so where the reference is %s, and how many spots have no answer", async (level, text) => {
    const { page } = await open(await result({ ...GRID, level }));
    await drawn(page);
    const banner = page.locator(".fd-banner");
    await poll(() => banner.textContent()).toContain(text);
    await poll(() => banner.textContent()).toContain("1 spot (0.08 %) has no answer: drawn in grey.");
    await page.close();
  });

  it.each<[string, Made]>([
    ["one spot", { size: [1, 1], types: ["only"] }],
    ["all spots in one place", { size: [5, 4], placeOf: () => [3, 3] }],
    [
      "a hexagonal lattice",
      { size: [40, 30], placeOf: (column, row) => [column + (row % 2) / 2, (row * Math.sqrt(3)) / 2] },
    ],
    ["a result of another version", { ...GRID, isOther: true }],
  ])("shows %s", async (_, made) => {
    const { page, trouble } = await open(await result(made));
    await drawn(page);
    const seen = new Set(await allColors(page));
    expect([...COLORS, "#e6e6e6"].some((color) => seen.has(color))).toBe(true);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("lets one of several results be chosen", async () => {
    const store = await makeResult(GRID);
    await addResult(store, { ...GRID, key: "second", types: ["one", "two"] });
    const { page, trouble } = await open({ store });
    await drawn(page);
    await page.getByRole("combobox", { name: "Result" }).selectOption("second");
    await poll(() => page.locator(".fd-legend .fd-name").allTextContents()).toEqual(["two", "one"]);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it.each<[string, () => Promise<Shown | undefined>, string, string]>([
    ["without a token", async () => undefined, "/", "No result is open in this tab."],
    ["without a token, of a view", async () => undefined, "/#map=type&type=a", "end: #map=type&type=a"],
    ["with a token that is gone", async () => undefined, `/${TOKEN}/`, "This address is no longer valid."],
    [
      "of a store without a result",
      async () => ({ store: await plain() }),
      `/${TOKEN}/`,
      "found no result of flashdeconv",
    ],
    [
      "of nothing",
      async () => ({ store: memoryStore() }),
      `/${TOKEN}/`,
      "found neither zarr.json nor .zgroup",
    ],
    [
      "with a key that is not there",
      async () => ({ ...(await result(GRID)), key: "mine" }),
      `/${TOKEN}/`,
      "found results under flashdeconv",
    ],
  ])("says plainly what is wrong %s", async (_, shown, path, text) => {
    const { page } = await open(await shown(), { path });
    await poll(() => page.locator("main").textContent()).toContain(text);
    await page.close();
  });

  it("says what could not be fetched, and tries again", async () => {
    const shown = await result(GRID);
    const { page } = await open(shown);
    await drawn(page);
    shown.fails = (key) => (key.includes("flashdeconv_counts") ? 500 : undefined);
    await page.getByRole("combobox", { name: "Map" }).selectOption("obs:counts");
    const message = page.locator(".fd-message");
    await poll(() => message.textContent()).toContain("found the answer 500 (trouble)");
    shown.fails = undefined;
    await message.getByText("Try again").click();
    await page.getByText("Colours", { exact: true }).waitFor();
    expect(await message.isVisible()).toBe(false);
    await page.close();
  });

  it("fits a window 400 pixels wide", async () => {
    const { page } = await open(await result({ ...GRID, types: [...TYPES, "a".repeat(120)] }), {
      viewport: { width: 400, height: 800 },
    });
    await drawn(page);
    await page.getByText("Select the middle").click();
    await page.getByText("CSV of barcodes").waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await page.close();
  });

  it("comes back when the graphics card was lost", async () => {
    const { page, trouble } = await open(await result(GRID));
    await drawn(page);
    const told = await page.evaluate(async () => {
      const canvas = document.querySelector("canvas.fd-canvas") as HTMLCanvasElement;
      const card = canvas.getContext("webgl2")?.getExtension("WEBGL_lose_context");
      const event = (name: string) =>
        new Promise((resolve) => canvas.addEventListener(name, resolve, { once: true }));
      const lost = event("webglcontextlost");
      card?.loseContext();
      await lost;
      await new Promise((resolve) => setTimeout(resolve));
      const text = document.querySelector(".fd-message")?.textContent;
      const restored = event("webglcontextrestored");
      card?.restoreContext();
      await restored;
      return text;
    });
    expect(told).toContain("The graphics card was lost");
    expect(
      await colorsAt(page, [
        [10, 15],
        [30, 15],
      ]),
    ).toEqual([COLORS[0], COLORS[1]]);
    expect(trouble.filter((one) => !one.startsWith("warning"))).toEqual([]);
    await page.close();
  });
});

async function frameOf(section: Awaited<ReturnType<typeof openSpatial>>) {
  return { spotNames: section.spotNames(), coordinates: await section.readCoordinates() };
}

/** An AnnData store that holds no result. */
async function plain(): Promise<Shown["store"]> {
  const store = await makeResult(GRID);
  await store.delete("/obsm/flashdeconv");
  await store.delete("/.zmetadata");
  await store.commit();
  return store;
}
