import type { Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GL_ARGUMENTS, hasChromium, isOfPicture, openChromium, reason } from "./chromium.js";
import { colorsAt, pixelOf, textOf } from "./viewer-pixels.js";
import { COLORS, type Made, makeResult } from "./viewer-results.js";
import { buildPage, type Shown, servePage, TOKEN } from "./viewer-server.js";
import { type More, makeSection, type Stored } from "./viewer-tissue.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const GRID: Made = { size: [40, 30] };
const QUARTERS = ["#ff0000", "#00ff00", "#0000ff", "#ffff00"];
const WHITE = "#ffffff";
const LIBRARY = "uns/spatial/slide";
/** Looks until it is so, however long that takes on a busy machine. */
const poll = (look: () => unknown) => expect.poll(look as () => never, { timeout: 2 ** 31 - 1 });

/** A picture of ten by eight pixels, each quarter of which has a colour. `at` says where a colour of a pixel lies. */
function quarters<T extends Uint8Array | Float32Array>(
  values: T,
  { channels, most, at }: { channels: number; most: number; at: (x: number, y: number, c: number) => number },
): T {
  for (let y = 0; y < 8; y++) {
    for (let x = 0; x < 10; x++) {
      const color = QUARTERS[(y < 4 ? 0 : 2) + (x < 5 ? 0 : 1)];
      for (let c = 0; c < channels; c++) {
        const value = c === 3 ? 255 : Number.parseInt(color.slice(1 + 2 * c, 3 + 2 * c), 16);
        values[at(x, y, c)] = (value / 255) * most;
      }
    }
  }
  return values;
}

const rows = (channels: number) => (x: number, y: number, c: number) => (10 * y + x) * channels + c;
const bytes = (): Stored => ({
  shape: [8, 10, 3],
  values: quarters(new Uint8Array(240), { channels: 3, most: 255, at: rows(3) }),
});
const fractions = (): Stored => ({
  shape: [8, 10, 4],
  values: quarters(new Float32Array(320), { channels: 4, most: 1, at: rows(4) }),
});
const planes = (): Stored => ({
  shape: [3, 8, 10],
  values: quarters(new Uint8Array(240), { channels: 3, most: 255, at: (x, y, c) => 80 * c + 10 * y + x }),
});

/** What a Visium section in AnnData has. */
function slide(images: Readonly<Record<string, Stored>>, factors: Readonly<Record<string, number>>): More {
  const groups = ["uns/spatial", LIBRARY, `${LIBRARY}/images`, `${LIBRARY}/scalefactors`];
  const numbers = Object.entries(factors).map(
    ([name, factor]) =>
      [
        `${LIBRARY}/scalefactors/tissue_${name}_scalef`,
        { shape: [], values: Float64Array.of(factor) },
      ] as const,
  );
  return {
    groups: Object.fromEntries(groups.map((path) => [path, {}])),
    arrays: {
      ...Object.fromEntries(Object.entries(images).map(([name, one]) => [`${LIBRARY}/images/${name}`, one])),
      ...Object.fromEntries(numbers),
    },
  };
}

const AXES = ["c", "y", "x"].map((name) => ({ name, type: name === "c" ? "channel" : "space" }));
const system = (name: string, axes: readonly object[]) => ({ name, axes });
const to = (axes: readonly object[]) => ({ input: system("own", axes), output: system("global", axes) });

/** A container whose image has a level that is too large, and whose shapes are three times as large in the common system. */
function container(isV3: boolean): More {
  const own = isV3
    ? {
        type: "affine",
        affine: [
          [1, 0, 0, 0],
          [0, 0.006, 0, 3],
          [0, 0, 0.006, 6],
        ],
      }
    : {
        type: "sequence",
        transformations: [
          { type: "scale", scale: [1, 0.006, 0.006] },
          { type: "translation", translation: [0, 3, 6] },
        ],
      };
  const multiscales = [
    {
      axes: AXES,
      datasets: [
        { path: "s0", coordinateTransformations: [{ type: "scale", scale: [1, 1, 1] }] },
        { path: "s1", coordinateTransformations: [{ type: "scale", scale: [1, 1000, 1000] }] },
      ],
      coordinateTransformations: [{ ...own, ...to(AXES) }],
    },
  ];
  const plane = AXES.slice(1).reverse();
  const scale = { type: "scale", scale: [3, 3], ...to(plane) };
  return {
    groups: {
      "": { spatialdata_attrs: { version: "0.2" } },
      tables: {},
      images: {},
      shapes: {},
      "images/tissue": isV3 ? { ome: { multiscales } } : { multiscales },
      "shapes/spots": { axes: ["x", "y"], coordinateTransformations: [scale] },
    },
    arrays: {
      "images/tissue/s0": { shape: [3, 8000, 10000], values: undefined },
      "images/tissue/s1": planes(),
    },
  };
}

describe.skipIf(!hasChromium)(`the tissue beneath a map, selections and paper in Chromium${reason}`, () => {
  let server: Server;
  let origin: string;
  let show: (shown: Shown | undefined) => void;
  let browser: Browser;

  beforeAll(async () => {
    ({ server, origin, show } = await servePage(await buildPage()));
    browser = await openChromium(GL_ARGUMENTS);
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  const open = async (shown: Shown, hash = ""): Promise<{ page: Page; trouble: string[] }> => {
    show(shown);
    const page = await browser.newPage({ viewport: { width: 1000, height: 800 }, acceptDownloads: true });
    page.setDefaultTimeout(LONGEST_WAIT);
    const trouble: string[] = [];
    page.on("console", (message) => {
      // A store without consolidated metadata is asked for documents that may not be there; browsers write that down.
      if (!message.text().includes("404 (Not Found)") && !isOfPicture(message.text()))
        trouble.push(message.text());
    });
    page.on("pageerror", (error) => trouble.push(`${error}`));
    await page.goto(`${origin}/${TOKEN}/${hash}`);
    await page.locator(".fd-caption").filter({ hasText: "y grows downward" }).waitFor();
    return { page, trouble };
  };
  /** Colours of the corners of a picture of 20 x 16 units, and of what lies just outside of it. */
  const corners = (page: Page, [x, y]: readonly [number, number]) =>
    colorsAt(page, [
      [x + 0.5, y + 0.5],
      [x + 19.5, y + 0.5],
      [x + 0.5, y + 15.5],
      [x + 19.5, y + 15.5],
      [x + 20.5, y + 8],
      [x + 10, y + 16.5],
    ]);
  const table = { region: "spots", region_key: "region", instance_key: "instance_id" };

  it.each<[string, 2 | 3, () => Stored]>([
    ["bytes", 2, bytes],
    ["fractions with opacity", 2, fractions],
    ["bytes", 3, bytes],
  ])("lies where the scale factors say: AnnData, %s, Zarr v%i", async (_, zarrFormat, image) => {
    // The lower resolution is not looked at, whatever it says.
    const more = slide({ hires: image(), lowres: bytes() }, { hires: 0.5, lowres: 5 });
    const store = await makeSection({ ...GRID, zarrFormat, attributes: {} }, "", more);
    const { page, trouble } = await open({ store }, "#opacity=0");
    await page.getByLabel("Opacity of spots over the image").waitFor();
    await poll(() => corners(page, [0, 0])).toEqual([...QUARTERS, WHITE, WHITE]);
    await page.getByLabel("Opacity of spots over the image").fill("1");
    await poll(() => colorsAt(page, [[10, 8]])).toEqual([COLORS[0]]);
    await page.getByLabel("Opacity of spots over the image").fill("0.5");
    await poll(() => page.url()).toContain("opacity=0.5");
    expect(trouble).toEqual([]);
    await page.close();
  });

  it.each([2, 3] as const)("lies where transformations say: SpatialData, Zarr v%i", async (zarrFormat) => {
    const made = { ...GRID, zarrFormat, attributes: table };
    const store = await makeSection(made, "tables/table", container(zarrFormat === 3));
    const { page, trouble } = await open({ store }, "#opacity=0");
    await page.getByLabel("Opacity of spots over the image").waitFor();
    await poll(() => corners(page, [2, 1])).toEqual([...QUARTERS, WHITE, WHITE]);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("is the smaller picture where the larger one says not where it lies", async () => {
    const store = await makeSection(
      { ...GRID, zarrFormat: 2, attributes: {} },
      "",
      slide({ hires: fractions(), lowres: bytes() }, { lowres: 0.5 }),
    );
    const { page } = await open({ store }, "#opacity=0");
    await page.getByLabel("Opacity of spots over the image").waitFor();
    await poll(() => corners(page, [0, 0])).toEqual([...QUARTERS, WHITE, WHITE]);
    await page.close();
  });

  it.each<[string, () => More, string]>([
    ["without a scale factor", () => slide({ hires: bytes() }, {}), "tissue_hires_scalef: found NaN"],
    [
      "of values that are no colours",
      () => slide({ hires: { shape: [1, 1, 3], values: Float32Array.of(0, 128, 255) } }, { hires: 1 }),
      "images/hires: found the value 128",
    ],
    [
      "in grey",
      () => slide({ hires: { shape: [2, 2], values: new Uint8Array(4) } }, { hires: 1 }),
      "images/hires: found uint8 of shape 2 x 2",
    ],
    [
      "that is too large",
      () => slide({ hires: { shape: [2 ** 15, 2 ** 15, 3], values: undefined } }, { hires: 1 }),
      "images/hires: found 3072 MiB",
    ],
  ])("says in a line why a picture is not shown: one %s", async (_, more, text) => {
    const store = await makeSection({ ...GRID, zarrFormat: 2, attributes: {} }, "", more());
    const { page, trouble } = await open({ store });
    const note = page.getByText("The picture of the tissue is not shown.");
    await poll(() => note.textContent()).toContain(text);
    expect(await page.getByLabel("Opacity of spots over the image").isVisible()).toBe(false);
    expect(
      await colorsAt(page, [
        [10, 15],
        [30, 15],
      ]),
    ).toEqual([COLORS[0], COLORS[1]]);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("has sliders for the ends of the colours, and takes all of them or the usual ones", async () => {
    const { page, trouble } = await open({ store: await makeResult(GRID) }, "#map=obs:counts");
    const [low, high] = ["Lower", "Upper"].map((end) => page.getByLabel(`${end} end of the colours`));
    await low.waitFor();
    const toNumber = page.getByRole("spinbutton", { name: /^to/ });
    const usual = await toNumber.inputValue();
    const before = await low.getAttribute("aria-valuetext");
    await low.press("End");
    // Ends do not pass each other.
    const [least, most] = await Promise.all(
      [low, high].map((one) => one.evaluate((e) => (e as HTMLInputElement).valueAsNumber)),
    );
    expect(least).toBeLessThan(most);
    expect(await low.getAttribute("aria-valuetext")).not.toBe(before);
    await poll(() => page.url()).toContain("limits=");
    await page.getByRole("button", { name: "all", exact: true }).click();
    expect(await page.getByRole("button", { name: "all", exact: true }).isVisible()).toBe(false);
    await high.press("ArrowLeft");
    await high.press("ArrowLeft");
    expect(Number(await toNumber.inputValue())).toBeLessThan(106);
    await page.getByText("up to the 99th percentile").click();
    expect(await toNumber.inputValue()).toBe(usual);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("selects within a lasso, and nothing else", async () => {
    const { page, trouble } = await open({ store: await makeResult(GRID) });
    await page.getByText("Lasso", { exact: true }).click();
    const box = await page.locator("canvas.fd-canvas").boundingBox();
    if (box === null) throw new Error("the canvas has no box");
    const places = [
      [4.5, 4.5],
      [15, 4.5],
      [9.75, 9.75],
      [4.5, 15],
    ] as const;
    for (const [i, place] of places.entries()) {
      const [x, y] = await pixelOf(page, place);
      await page.mouse.move(box.x + x, box.y + y);
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
    await page.getByText("CSV of barcodes").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByText("CSV of barcodes").click(),
    ]);
    const expected: string[] = [];
    for (let row = 5; row < 15; row++) {
      for (let column = 5; column + row <= 19; column++) expected.push(`spot-${40 * row + column}`);
    }
    expect((await textOf(download)).trimEnd().split("\n")).toEqual(["barcode", ...expected]);
    expect(await page.locator(".fd-selection p").first().textContent()).toBe(`${expected.length} spots.`);
    expect(trouble).toEqual([]);
    await page.close();
  });

  it("is on paper a picture without controls", async () => {
    const { page, trouble } = await open({ store: await makeResult(GRID) }, "#map=type&type=neuron");
    const controls = [".fd-tools", ".fd-controls", ".fd-scale input[type=range]", ".fd-scale .fd-row"];
    const areSeen = () => Promise.all(controls.map((one) => page.locator(one).first().isVisible()));
    const hidden = () =>
      page
        .locator(".fd-viewer [hidden]")
        .evaluateAll((all) => all.map((one) => getComputedStyle(one).display));
    expect(await areSeen()).toEqual([true, true, true, true]);
    expect(new Set(await hidden())).toEqual(new Set(["none"]));
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    await page.emulateMedia({ media: "print" });
    expect(await areSeen()).toEqual([false, false, false, false]);
    expect(await page.locator(".fd-viewer button:visible:not(.fd-legend button)").count()).toBe(0);
    expect(new Set(await hidden())).toEqual(new Set(["none"]));
    const picture = page.locator("img.fd-print");
    expect(await picture.isVisible()).toBe(true);
    expect(await page.locator(".fd-ramp").isVisible()).toBe(true);
    const seen = await picture.evaluate(async (element) => {
      const image = element as HTMLImageElement;
      await image.decode();
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [image.naturalWidth, image.naturalHeight];
      const context = copy.getContext("2d") as CanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, copy.width, copy.height);
      const colors = new Set<number>();
      for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] === 255) colors.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
      }
      return colors.size;
    });
    // Much of the type, little of it, and no answer.
    expect(seen).toBeGreaterThanOrEqual(3);
    await page.emulateMedia({ media: "screen" });
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    expect(await picture.count()).toBe(0);
    expect(trouble).toEqual([]);
    await page.close();
  });
});
