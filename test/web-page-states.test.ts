import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POLICY } from "../apps/web/policy.mjs";
import { bundle } from "./bundle.js";
import { hasChromium, openChromium, reason } from "./chromium.js";
import { LONGEST_WAIT, until } from "./wait-in-page.js";
import type * as StandIn from "./web-page-stand-in.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** The page with a runner that answers when it is told to: what it shows and does in each state. */
describe.skipIf(!hasChromium)(`the page and its states in Chromium${reason}`, () => {
  let server: Server;
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    const { code } = await bundle(`export * from ${JSON.stringify(here("web-page-stand-in.ts"))};`);
    const style = readFileSync(here("../apps/web/src/page/styles.css"), "utf8");
    const files: Record<string, [string, string]> = {
      "/page.js": ["text/javascript", code],
      "/page.css": ["text/css", style],
      "/": [
        "text/html",
        `<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width"><title>flashdeconv</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css"></head><body><div id="page"></div><script src="page.js"></script></body></html>`,
      ],
    };
    server = createServer(({ url = "" }, response) => {
      const [type, text] = files[url] ?? ["text/plain", ""];
      response.writeHead(url in files ? 200 : 404, { "content-type": type }).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await openChromium();
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  const open = async (options: Parameters<Browser["newPage"]>[0] = {}) => {
    const page = await browser.newPage(options);
    page.setDefaultTimeout(LONGEST_WAIT);
    const seen: string[] = [];
    page.on("console", (message) => seen.push(message.text()));
    page.on("pageerror", (error) => seen.push(String(error)));
    await page.goto(address);
    await page.evaluate("bundled.control.begin()");
    return { page, seen };
  };
  const tell = (page: Page, words: string) => page.evaluate(`void (${words})`);
  const control = (page: Page, part: keyof typeof StandIn.control) =>
    page.evaluate(`bundled.control.${part}`);
  const main = (page: Page) => page.locator("button.main");
  const ready = async (page: Page) => {
    await page.click("#example");
    await page.waitForSelector("button.main:enabled");
  };
  const running = async (page: Page) => {
    await ready(page);
    await main(page).click();
    await until(page, "bundled.control.listeners !== undefined");
  };
  const said = (page: Page) => page.locator("[role=status]").textContent();

  it("leads by the keyboard alone from the example to the map", async () => {
    const { page, seen } = await open();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).toBe("example");
    await page.keyboard.press("Enter");
    await until(page, "document.activeElement.classList.contains('main')");
    await page.keyboard.press("Enter");
    await until(page, "bundled.control.listeners !== undefined");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Pause");
    await tell(page, "bundled.control.progress(0.5)");
    expect(await page.title()).toBe("50 % · flashdeconv");
    expect(await said(page)).toContain("50 %");
    await tell(page, "bundled.control.done()");
    await until(page, "document.activeElement.id === 'result'");
    expect(await page.locator(".viewer").textContent()).toBe("the map of section");
    await page.waitForSelector(".verdict.amber");
    expect(await page.title()).toBe("Done: section.zarr.zip · flashdeconv");
    expect(seen).toEqual([]);
    await page.close();
  });

  it("says what is missing, and shows names and texts as they are", async () => {
    const { page, seen } = await open();
    expect(await main(page).isDisabled()).toBe(true);
    expect(await page.locator("#run-missing").textContent()).toBe("Open a section and a reference first.");
    await ready(page);
    const hostile = "<img src=x onerror=\"document.title='hit'\">";
    await page.getByText("1 of them with a remark").waitFor();
    const step = page.locator("section[aria-labelledby=reference]");
    // What has a remark stands first.
    expect(await step.locator("th[scope=row]").allTextContents()).toEqual([hostile, "neuron"]);
    expect(await page.locator("section[aria-labelledby=section] td").textContent()).toBe(hostile);
    await main(page).click();
    await tell(page, "bundled.control.done('<b>a</b>')");
    await page.waitForSelector(".remarks li");
    expect(await page.locator(".result").textContent()).toContain("<b>a</b>: 1,600 spots");
    expect(await page.locator("img").count()).toBe(0);
    expect(seen).toEqual([]);
    await page.close();
  });

  it.each([
    ["openSection", "noFile", "section"],
    ["openReference", "noFile", "reference"],
    ["plan", "noGenes", "reference"],
    ["plan", "noMemory", "run"],
    ["plan", "noCounts", "run"],
  ])("tells what %s found, expected and advises before a run: %s", async (asked, failure, where) => {
    const { page } = await open();
    await tell(page, `bundled.control.failures.${asked} = "${failure}"`);
    await tell(page, "bundled.control.failures.openResult = 'noFile'");
    const step = page.locator(`section[aria-labelledby=${where}]`);
    if (asked === "openSection") {
      const chooser = page.waitForEvent("filechooser");
      await step.getByRole("button", { name: "Choose a file" }).click();
      await (await chooser).setFiles({ name: "notes.h5ad", mimeType: "", buffer: Buffer.from("notes") });
    } else await page.click("#example");
    await step.locator(".failure").waitFor();
    expect(await step.locator(".failure dt").allTextContents()).toEqual(["Found", "Expected", "What to do"]);
    expect(await main(page).isDisabled()).toBe(true);
    if (where === "run") return page.close();
    const link = step.locator("input[type=text]").first();
    expect(await link.getAttribute("aria-invalid")).toBe("true");
    expect(await link.getAttribute("aria-describedby")).toContain(`${where}-failure`);
    await page.close();
  });

  it("names options as its labels do", async () => {
    const { page } = await open();
    await tell(page, 'bundled.control.failures.plan = "noCounts"');
    await page.click("#example");
    await page.locator("#run-failure").waitFor();
    expect(await page.locator("#run-failure").textContent()).toContain(
      "Choose another “Matrix”, or “Method”: flashdeconv.",
    );
    await page.close();
  });

  const found = (page: Page, where: string) => page.locator(`section[aria-labelledby=${where}] .found`);

  it("says what inspect finds: what is to be looked at first, more of it and tables folded away", async () => {
    const { page, seen } = await open();
    await ready(page);
    await found(page, "reference").getByText("Shared genes: 240").waitFor();
    const section = found(page, "section");
    expect(await section.locator("li").allTextContents()).toEqual([
      "X holds no raw counts; raw counts are in “Matrix” counts",
      "AnnData in Zarr v3",
      "obs: no columns",
    ]);
    expect(await section.locator("table").isVisible()).toBe(false);
    await section.getByText("Matrices").press("Enter");
    expect(await section.locator("table").isVisible()).toBe(true);
    // Another section: what was found of how the reference fits the last one no longer stands.
    await tell(page, "bundled.control.isSlow = true");
    await page.fill("#section-link", "https://example.org/section.zarr");
    await page.press("#section-link", "Enter");
    await section.getByText("Looking at its first rows …").waitFor();
    expect(await found(page, "reference").textContent()).not.toContain("Shared genes");
    expect(seen).toEqual([]);
    await page.close();
  });

  it("runs without waiting for what is being looked at, which goes on afterwards", async () => {
    const { page, seen } = await open();
    await tell(page, "bundled.control.isSlow = true");
    await running(page);
    expect(await found(page, "section").textContent()).toContain("looked at again after the run");
    await tell(page, "bundled.control.isSlow = false");
    await tell(page, "bundled.control.done()");
    await found(page, "reference").getByText("Shared genes: 240").waitFor();
    const asked = (await control(page, "asked")) as string[];
    expect(asked.filter((one) => one.startsWith("inspect"))).toEqual([
      "inspect section",
      "inspect section",
      "inspect reference",
    ]);
    expect(seen).toEqual([]);
    await page.close();
  });

  it("says why an input could not be looked at, and runs all the same", async () => {
    const { page } = await open();
    await tell(page, "bundled.control.failures['inspect section'] = 'noCounts'");
    await ready(page);
    const section = found(page, "section");
    await section.getByText("It was not looked at to the end").waitFor();
    expect(await section.textContent()).toContain("Choose another “Matrix”");
    await found(page, "reference").getByText("Shared genes: 240").waitFor();
    expect(await main(page).isEnabled()).toBe(true);
    await page.close();
  });

  it("refuses a section without coordinates, unless nothing is smoothed", async () => {
    const { page } = await open();
    await tell(
      page,
      "bundled.control.section = { summary: { zarrFormat: 3, matrices: [], obsm: [], unreadable: [], coordinateCandidates: [] } }",
    );
    await page.click("#example");
    await page.locator("#section-failure").waitFor();
    expect(await page.locator("#section-failure").textContent()).toContain("no coordinates");
    await page.selectOption("#option-smoothing", "none");
    await page.waitForSelector("button.main:enabled");
    expect(await page.locator("#section-failure").count()).toBe(0);
    await page.close();
  });

  it("refuses links that are none, and drops of several files", async () => {
    const { page } = await open();
    await page.fill("#section-link", "section.zarr");
    await page.press("#section-link", "Enter");
    expect(await page.locator("#section-failure").textContent()).toContain("https://");
    await page.evaluate(`(() => {
      const data = new DataTransfer();
      for (const name of ["a", "b"]) data.items.add(new File(["x"], name));
      document.querySelector(".picker").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    })()`);
    await page.getByText("several files").waitFor();
    expect(await control(page, "asked")).toEqual(["environment"]);
    await page.close();
  });

  it("opens what is dropped", async () => {
    const { page } = await open();
    await page.evaluate(`(() => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "mine.h5ad"));
      document.querySelector(".picker").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
    })()`);
    await page.locator(".name", { hasText: "mine.h5ad" }).waitFor();
    await page.close();
  });

  it("gives a run the options that the method has, and no others", async () => {
    const { page } = await open();
    await ready(page);
    await page.check("#option-intervals");
    await page.getByText("Advanced").click();
    await page.fill("#option-maxTypes", "2");
    await page.selectOption("#option-method", "flashdeconv");
    expect(await page.locator("#option-intervals").isVisible()).toBe(false);
    await page.selectOption("#option-smoothing", "number");
    await page.fill("#option-strength", "3");
    await page.press("#option-strength", "Tab");
    await until(page, "bundled.control.asked.at(-1).includes('3')");
    await page.waitForSelector("button.main:enabled");
    await main(page).click();
    const asked = (await control(page, "asked")) as string[];
    expect(asked.at(-1)).toBe('run {"method":"flashdeconv","smoothing":3}');
    await page.close();
  });

  it("refuses a number that a field cannot take", async () => {
    const { page } = await open();
    await ready(page);
    await page.fill("#option-workerCount", "0");
    await page.press("#option-workerCount", "Tab");
    expect(await page.locator("#option-workerCount").getAttribute("aria-invalid")).toBe("true");
    expect(await main(page).isDisabled()).toBe(true);
    await page.close();
  });

  it("pauses, goes on, cancels, and runs again at once", async () => {
    const { page, seen } = await open();
    await running(page);
    await tell(page, "bundled.control.progress(0.25)");
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: "Go on" }).waitFor();
    expect(await page.title()).toBe("Paused · flashdeconv");
    await page.getByRole("button", { name: "Go on" }).click();
    expect(await page.title()).toBe("25 % · flashdeconv");
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.waitForSelector("button.main:enabled");
    expect(await page.locator("#run-missing").textContent()).toContain("cancelled");
    expect(await page.title()).toBe("flashdeconv");
    await main(page).click();
    await tell(page, "bundled.control.done()");
    await page.locator(".saves").waitFor();
    expect(await control(page, "asked")).toEqual(expect.arrayContaining(["pause", "goOn"]));
    expect(seen).toEqual([]);
    await page.close();
  });

  it("takes a double click on Run for one: Pause comes to lie beneath the second", async () => {
    const { page } = await open();
    await ready(page);
    await main(page).dblclick();
    await tell(page, "bundled.control.progress(0.25)");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    expect(await page.title()).toBe("25 % · flashdeconv");
    // The same with the pointer on Pause itself.
    await page.getByRole("button", { name: "Pause" }).dispatchEvent("click", { detail: 2 });
    expect(await control(page, "asked")).not.toContain("pause");
    await page.close();
  });

  it("tells of a worker that died, and gives the next one the same inputs", async () => {
    const { page, seen } = await open();
    await running(page);
    await tell(page, "bundled.control.die()");
    await page.locator("#run-failure").waitFor();
    expect(await page.locator("#run-failure").textContent()).toContain("a worker that ended");
    await tell(page, "bundled.control.asked = []");
    await main(page).click();
    await until(page, "bundled.control.asked.includes('run')");
    const asked = (await control(page, "asked")) as string[];
    expect(asked.filter((one) => !one.startsWith("inspect"))).toEqual([
      "openSection",
      "openReference",
      "run",
    ]);
    expect(seen).toEqual([]);
    await page.close();
  });

  it("asks before an unsaved result is lost", async () => {
    const { page } = await open();
    await running(page);
    const leaves = () =>
      page.evaluate(`!window.dispatchEvent(new Event("beforeunload", { cancelable: true }))`);
    expect(await leaves()).toBe(true);
    await tell(page, "bundled.control.done()");
    await page.locator(".saves").waitFor();
    expect(await leaves()).toBe(true);
    const questions: string[] = [];
    page.on("dialog", (dialog) => {
      questions.push(dialog.message());
      void dialog.dismiss();
    });
    await page.getByRole("button", { name: "Open another" }).click();
    expect(questions).toEqual(["The result on this page is not saved. Go on without it?"]);
    expect(await page.locator(".result").isVisible()).toBe(true);
    await tell(page, "delete window.showSaveFilePicker");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save as .csv" }).click();
    expect((await download).suggestedFilename()).toBe("section.csv");
    await page.locator(".result .state", { hasText: "Saved: section.csv" }).waitFor();
    expect(await leaves()).toBe(false);
    await page.getByRole("button", { name: "Open another" }).click();
    expect(questions.length).toBe(1);
    expect(await page.locator(".result").isVisible()).toBe(false);
    await page.close();
  });

  it("shows a result that is opened as a section", async () => {
    const { page } = await open();
    await tell(page, "bundled.control.failures.openSection = 'noCounts'");
    await page.fill("#section-link", "https://example.org/result.zarr");
    await page.press("#section-link", "Enter");
    await page.locator(".viewer").waitFor();
    expect(await page.locator(".viewer").textContent()).toBe("the map of result.zarr");
    expect(await page.getByText("result.zarr is a result: it is shown below.").count()).toBe(1);
    await page.close();
  });

  it.each([
    ["light", 1100],
    ["dark", 1100],
    ["light", 400],
  ] as const)(
    "has nothing that axe finds serious, and fits: %s, %d pixels wide",
    async (colorScheme, width) => {
      const { page } = await open({ colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
      await page.addScriptTag({ path: AXE });
      const look = async (state: string) => {
        const found = (await page.evaluate("axe.run()")) as {
          violations: { id: string; impact: string; nodes: { html: string }[] }[];
        };
        const serious = found.violations.filter(
          ({ impact }) => impact === "serious" || impact === "critical",
        );
        expect(serious.map(({ id, nodes }) => `${state}: ${id}: ${nodes[0]?.html}`)).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      };
      await look("start");
      await tell(page, "bundled.control.failures.openReference = 'noFile'");
      await page.click("#example");
      await page.locator("#reference-failure").waitFor();
      await look("failure");
      await ready(page);
      await look("ready");
      await main(page).click();
      await tell(page, "bundled.control.progress(0.4)");
      await look("running");
      await tell(page, "bundled.control.done()");
      await page.locator(".remarks").waitFor();
      await look("done");
      await page.close();
    },
  );
});
