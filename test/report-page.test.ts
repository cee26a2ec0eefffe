import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type DenseChunk, memorySource } from "@flashdeconv/core";
import { buildIndex, buildReport, type ReportInput } from "@flashdeconv/report";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasChromium, openChromium, reason } from "./chromium.js";
import { LONGEST_WAIT } from "./wait-in-page.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const HOSTILE = "<script>document.title='hit'</script>";

describe.skipIf(!hasChromium)(`a report in a page from a file${reason}`, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), "report-page-"));
  const pages: Record<string, string> = {};

  beforeAll(async () => {
    browser = await openChromium();
    for (const [name, size] of [
      ["paths", 20],
      ["pixels", 120],
    ] as const) {
      const path = join(folder, `${name}.html`);
      writeFileSync(path, (await buildReport(section(size))).html);
      pages[name] = pathToFileURL(path).href;
    }
    const path = join(folder, "index.html");
    writeFileSync(path, await buildIndex(sections()));
    pages.index = pathToFileURL(path).href;
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  const open = async (name: string, options: Parameters<Browser["newPage"]>[0] = {}) => {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(LONGEST_WAIT);
    const seen: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith("data:")) seen.push(request.url());
    });
    page.on("console", (message) => seen.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => seen.push(`error: ${error}`));
    await page.goto(pages[name]);
    return { page, seen };
  };

  it.each(["paths", "pixels"])(
    "asks for nothing, complains of nothing, shows names as text: %s",
    async (name) => {
      const { page, seen } = await open(name);
      expect(await page.title()).toBe("a: cell types");
      expect(await page.locator(".legend .name").allTextContents()).toContain(HOSTILE);
      expect(seen).toEqual([pages[name]]);
      await page.close();
    },
  );

  it.each(["paths", "pixels"])(
    "shows one type alone, and all again, by the keyboard too: %s",
    async (name) => {
      const { page, seen } = await open(name);
      const before = await colors(page);
      const [first] = await page.locator(".legend button").all();
      await first.focus();
      await page.keyboard.press("Enter");
      expect(await first.getAttribute("aria-pressed")).toBe("true");
      expect(await page.locator("#named").textContent()).toContain("Shown alone");
      expect(await colors(page)).not.toEqual(before);
      await page.keyboard.press("Enter");
      expect(await colors(page)).toEqual(before);
      expect(seen).toEqual([pages[name]]);
      await page.close();
    },
  );

  it("names what the pointer is over", async () => {
    for (const name of ["paths", "pixels"]) {
      const { page } = await open(name);
      await page.locator(".whole .map").scrollIntoViewIfNeeded();
      const box = await page.locator(".whole .map").boundingBox();
      if (box === null) throw new Error("the map has no box");
      await page.mouse.move(box.x + box.width * 0.1, box.y + box.height / 2);
      expect(await page.locator("#named").textContent()).toBe("neuron");
      await page.close();
    }
  });

  it("is whole without script, and has its maps", async () => {
    const { page } = await open("pixels", { javaScriptEnabled: false });
    expect(await page.locator("h2").count()).toBe(12);
    expect(await page.locator("img.map").count()).toBeGreaterThanOrEqual(5);
    await page.close();
  });

  it.each(["light", "dark"] as const)("text stands out from what is behind it: %s", async (colorScheme) => {
    const { page } = await open("paths", { colorScheme });
    const weak = await page.evaluate(weakTexts);
    expect(weak).toEqual([]);
    await page.close();
  });

  it.each(
    ["paths", "pixels", "index"].flatMap(
      (name) =>
        [
          [name, "light"],
          [name, "dark"],
        ] as const,
    ),
  )("has nothing that axe finds serious: %s, %s", async (name, colorScheme) => {
    // The page's own policy would let no other script in.
    const { page } = await open(name, { colorScheme, bypassCSP: true });
    await page.addScriptTag({ path: AXE });
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: Violation[]; passes: object[] }> };
      };
      return axe.run();
    });
    expect(found.passes.length).toBeGreaterThan(10);
    const serious = found.violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    await page.close();
  });

  it("of several sections asks for nothing, and shows names as text", async () => {
    const { page, seen } = await open("index");
    expect(await page.locator("th[scope=row]").first().textContent()).toBe(HOSTILE);
    expect(seen).toEqual([pages.index]);
    await page.close();
  });

  it("prints with its colours, all types shown", async () => {
    const { page, seen } = await open("paths");
    await page.locator(".legend button").first().click();
    await page.emulateMedia({ media: "print" });
    expect((await page.pdf({ format: "A4" })).length).toBeGreaterThan(10_000);
    const swatch = page.locator(".swatch rect").first();
    expect(await swatch.evaluate((one) => getComputedStyle(one).printColorAdjust)).toBe("exact");
    expect(seen).toEqual([pages.paths]);
    await page.close();
  });
});

interface Violation {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

function sections(): Parameters<typeof buildIndex>[0] {
  const score = (level: "green" | "amber" | "red") => [{ level, text: `It is ${level}.` }];
  return {
    name: "slides",
    typeNames: ["astrocyte", HOSTILE],
    sections: [
      {
        name: "one",
        report: "one.report.html",
        scores: score("green"),
        spotCount: 900,
        ownCount: 890,
        shares: [0.3, 0.7],
      },
      { name: HOSTILE, scores: score("red"), spotCount: 10, ownCount: 0 },
      { name: "two", report: "two.report.html", scores: score("amber"), shares: [0.5, 0.5] },
    ],
  };
}

/** Colours of the large map as they are drawn. */
function colors(page: Page): Promise<string> {
  return page.evaluate(() => {
    const map = document.querySelector(".whole .map") as HTMLImageElement;
    if (map.tagName === "IMG") return map.src;
    return [...map.querySelectorAll("path")].map((path) => getComputedStyle(path).strokeOpacity).join();
  });
}

/** Texts whose contrast to the nearest background that is painted is below 4.5 (WCAG AA). Runs in the page. */
function weakTexts(): string[] {
  const parse = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = ([r, g, b]: number[]) => {
    const [x, y, z] = [r, g, b].map((v) =>
      v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const weak: string[] = [];
  for (const element of document.querySelectorAll(
    "h1,h2,h3,p,li,td,th,dt,dd,caption,figcaption,small,span,summary,pre",
  )) {
    let behind: Element | null = element;
    while (behind && parse(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    const [a, b] = [
      getComputedStyle(element).color,
      behind ? getComputedStyle(behind).backgroundColor : "rgb(255,255,255)",
    ];
    const [x, y] = [luminance(parse(a)), luminance(parse(b))].sort((one, other) => other - one);
    if ((x + 0.05) / (y + 0.05) < 4.5)
      weak.push(`${element.tagName} ${element.textContent?.slice(0, 30)}: ${a} on ${b}`);
  }
  return weak;
}

/** A square section whose left half is neurons. */
function section(size: number): ReportInput {
  const typeNames = ["neuron", HOSTILE, "glia"];
  const spotCount = size * size;
  const values = new Float64Array(3 * spotCount);
  for (let spot = 0; spot < spotCount; spot++) {
    const own = spot % size < size / 2 ? 0 : 1;
    for (let k = 0; k < 3; k++) values[3 * spot + k] = k === own ? 0.8 : 0.1;
  }
  const places = Float64Array.from({ length: 2 * spotCount }, (_, i) =>
    i % 2 ? Math.floor(i / 2 / size) : Math.floor(i / 2) % size,
  );
  return {
    name: "a",
    typeNames,
    proportions: memorySource<DenseChunk>({ kind: "dense", spotStart: 0, spotCount, width: 3, values }),
    coordinates: { dimension: 2, values: places },
    statuses: { codes: new Uint8Array(spotCount), categories: ["ok"] },
    counts: Float64Array.from({ length: spotCount }, (_, i) => 50 + (i % 9)),
    referenceScores: [{ level: "amber", text: "The reference explains only part of the differences." }],
    parameters: {},
    notices: [],
  };
}
