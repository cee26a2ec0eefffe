import { byteSize, counted } from "@flashdeconv/core/internal";
import type { Runner, RunResult, SavedFile, SaveFormat } from "../run/protocol.js";
import { commandBox } from "./command-box.js";
import type { Parts, ResultSource, Shown, Step } from "./contracts.js";
import { describeFailure, failureBox, isStop } from "./failure.js";
import { noticeList } from "./findings.js";
import { fill, h } from "./h.js";
import type { Live } from "./live.js";
import { saveFile } from "./save-file.js";
import { inShortView, readInShort } from "./verdict.js";
import { formatSeconds } from "./words.js";

/** What a result is saved as, what each is for, and whether it keeps the result. */
const FORMATS: readonly { format: SaveFormat; label: string; hint: string; end: string; keeps: boolean }[] = [
  {
    format: "zarr.zip",
    label: "Save as .zarr.zip",
    hint: "to open it here again",
    end: ".zarr.zip",
    keeps: true,
  },
  { format: "h5ad", label: "Save as .h5ad", hint: "for scanpy and anndata", end: ".h5ad", keeps: true },
  { format: "csv", label: "Save as .csv", hint: "for R and spreadsheets", end: ".csv", keeps: true },
  {
    format: "report",
    label: "Save the report",
    hint: "a page to send to others",
    end: ".report.html",
    keeps: false,
  },
];

export interface Finished extends Step {
  /** Shows a result that was just made. */
  showRun(result: RunResult, runner: Runner): void;
  /** Shows one that was opened. Rejects where it is none. */
  showOpened(source: ResultSource, signal: AbortSignal): Promise<void>;
  /** Ends what goes on with the result and takes it away. */
  clear(): void;
  /** Asks before a result that was not saved is lost. */
  mayReplace(): boolean;
  /** Whether it would be lost with the page. */
  readonly isUnsaved: boolean;
}

export function createFinished(openResult: Parts["openResult"], live: Live, onOther: () => void): Finished {
  const heading = h("h2", { id: "result", tabindex: "-1" }, "Result");
  const body = h("div", {});
  const element = h(
    "section",
    { class: "step result", "aria-labelledby": "result", hidden: true },
    heading,
    body,
  );
  let shown: Shown | undefined;
  let ending = new AbortController();
  let isUnsaved = false;
  const another = () => h("button", { type: "button", onclick: onOther }, "Open another");

  const clear = () => {
    ending.abort();
    ending = new AbortController();
    shown?.close();
    shown = undefined;
    isUnsaved = false;
    fill(body);
    element.hidden = true;
  };

  const mayReplace = () =>
    !isUnsaved || window.confirm("The result on this page is not saved. Go on without it?");

  const view = async (host: HTMLElement, source: ResultSource, signal: AbortSignal) => {
    const opened = await openResult(source, signal);
    if (!signal.aborted) shown = opened.show(host);
  };

  return {
    element,
    clear,
    mayReplace,
    focus: () => heading.focus(),
    get isUnsaved() {
      return isUnsaved;
    },
    showRun(result, runner) {
      clear();
      const { signal } = ending;
      const { blob, key, spotCount, typeNames, seconds, fetchedBytes, command, notices } = result;
      const name = stemOf(result);
      isUnsaved = true;
      const host = h("div", { class: "viewer" });
      const trouble = h("div", {});
      const told = h("div", { "aria-busy": "true" }, h("p", {}, "Reading what to look at first …"));
      const report = once(() => runner.save("report", signal));
      const make = (format: SaveFormat): Promise<SavedFile> => {
        if (format === "report") return report();
        // It is held here too, so that it outlives its worker.
        if (format === "zarr.zip") return Promise.resolve({ blob, name: result.name });
        return runner.save(format, signal);
      };
      const saves = saveRow({ result, make }, live, () => {
        isUnsaved = false;
      });
      const fetched = fetchedBytes > 0 ? `, ${byteSize(fetchedBytes)} from the network` : "";
      fill(
        body,
        h(
          "p",
          {},
          `${name}: ${counted(spotCount, "spot")}, ${counted(typeNames.length, "cell type")}, in ${formatSeconds(seconds)}${fetched}.`,
        ),
        told,
        noticeList(notices),
        trouble,
        host,
        saves,
        commandBox("The command line that gives the same", command, live),
        h("div", { class: "row" }, another()),
      );
      element.hidden = false;
      heading.focus();
      live.say(`Done: ${counted(spotCount, "spot")}, ${counted(typeNames.length, "cell type")}`);
      const file = new File([blob], result.name);
      view(host, { place: { kind: "file", file }, name, key }, signal).catch((error) => {
        if (!signal.aborted)
          fill(trouble, failureBox(describeFailure(error, "The map cannot be drawn"), "map-failure"));
      });
      tellInShort(told, report, signal);
    },
    async showOpened(source, signal) {
      const opened = await openResult(source, signal);
      signal.throwIfAborted();
      if (!mayReplace()) throw new DOMException("the result on the page is kept", "AbortError");
      clear();
      const host = h("div", { class: "viewer" });
      fill(body, h("p", {}, `${source.name}, opened`), host, h("div", { class: "row" }, another()));
      element.hidden = false;
      shown = opened.show(host);
      heading.focus();
      live.say(`Showing ${source.name}`);
    },
  };
}

async function tellInShort(
  told: HTMLElement,
  report: () => Promise<SavedFile>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { blob } = await report();
    const html = await blob.text();
    if (!signal.aborted) fill(told, inShortView(readInShort(html)));
  } catch (error) {
    if (!signal.aborted && !isStop(error))
      fill(told, failureBox(describeFailure(error, "The report cannot be made"), "report-failure"));
  } finally {
    told.removeAttribute("aria-busy");
  }
}

interface Saving {
  readonly result: RunResult;
  make(format: SaveFormat): Promise<SavedFile>;
}

function saveRow({ result, make }: Saving, live: Live, onKept: () => void): HTMLElement {
  const state = h("div", { class: "state" });
  const stem = stemOf(result);
  const buttons = FORMATS.map(({ format, label, hint, end, keeps }) => {
    const save = async () => {
      row.inert = true;
      state.textContent = `Making ${stem}${end} …`;
      try {
        const name = await saveFile(`${stem}${end}`, () => make(format));
        if (keeps) onKept();
        state.textContent = `Saved: ${name}`;
      } catch (error) {
        state.textContent = "";
        if (isStop(error)) return;
        fill(state, failureBox(describeFailure(error, "The file cannot be saved"), "save-failure"));
      } finally {
        row.inert = false;
        live.say(state.textContent ?? "");
        button.focus();
      }
    };
    const button = h("button", { type: "button", onclick: save }, label);
    return h("div", { class: "save" }, button, h("small", {}, hint));
  });
  const row = h("div", { class: "row saves" }, ...buttons);
  return h("div", { role: "group", "aria-label": "Save" }, row, state);
}

/** What the files of a result are called, without their ends. */
function stemOf({ name }: RunResult): string {
  return name.replace(/\.zarr\.zip$/, "");
}

/** Calls it when it is first wanted; again only where that failed. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => {
    begun ??= work().catch((error) => {
      begun = undefined;
      throw error;
    });
    return begun;
  };
}
