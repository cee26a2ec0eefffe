import "./page/styles.css";
import { isolatePage } from "./isolation/isolate-page.js";
import { drawRun } from "./page/draw-run.js";
import { openResult } from "./page/open-result.js";
import { startPage } from "./page/start-page.js";
import { connectRunner } from "./run/connect.js";

// What draws is needed after the first run only.
const loadViewer = async () => {
  await import("@flashdeconv/viewer/viewer.css");
  return import("@flashdeconv/viewer");
};

// Where it can be isolated it is loaded once more, and then begins.
if (!(await isolatePage(new URL("isolation-worker.js", document.baseURI)))) start();

function start(): void {
  startPage(document.getElementById("page") as HTMLElement, {
    startRunner: () =>
      connectRunner(new Worker(new URL("./run/run-worker.ts", import.meta.url), { type: "module" })),
    openResult: (source, signal) => openResult(source, loadViewer, signal),
    drawRun: (host) => drawRun(host, loadViewer),
    example: { section: "example/section.zarr.zip", reference: "example/reference.zarr.zip" },
  });
}
