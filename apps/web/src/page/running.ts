import type { Notice } from "@flashdeconv/core";
import { count } from "@flashdeconv/core/internal";
import type { Runner, RunOptions, RunProgress, RunResult } from "../run/protocol.js";
import type { Parts, RunMap } from "./contracts.js";
import { noticeList } from "./findings.js";
import { fill, h } from "./h.js";
import type { Live } from "./live.js";
import { formatSeconds, formatShare, sentence } from "./words.js";

export interface Running {
  readonly element: HTMLElement;
  /** Runs, shows it from its beginning to its end, and resolves or rejects with it. */
  follow(runner: Runner, options: RunOptions): Promise<RunResult>;
  focus(): void;
}

/** A run that goes on: how far it is, its map, and what stops it. `onTitle` gets how far it is, for the title of the page. */
export function createRunning(
  drawRun: Parts["drawRun"],
  live: Live,
  onTitle: (text: string | undefined) => void,
): Running {
  const bar = h("progress", { max: 1, value: 0, "aria-label": "Progress of the run" });
  const state = h("p", { class: "state", id: "run-state" });
  const pause = h("button", { type: "button" }, "Pause");
  const cancel = h("button", { type: "button" }, "Cancel");
  const map = h("div", { class: "run-map" });
  const notices = h("div", {});
  const element = h(
    "div",
    { class: "running", hidden: true },
    bar,
    state,
    h("div", { class: "row" }, pause, cancel),
    map,
    notices,
  );

  const follow: Running["follow"] = async (runner, options) => {
    const ending = new AbortController();
    const told: Notice[] = [];
    const tell = tellStages(live);
    let last: RunProgress | undefined;
    let isPaused = false;
    let drawing: RunMap | undefined;
    const showState = () => {
      const where = last && describe(last);
      if (isPaused) state.textContent = where ? `Paused: ${where}` : "Paused";
      else state.textContent = where ?? "Starting";
      onTitle(isPaused ? "Paused" : formatShare(last?.share ?? 0));
    };
    const show = (progress: RunProgress) => {
      last = progress;
      bar.value = progress.share;
      showState();
      if (!isPaused) tell(progress);
    };
    const setPaused = (paused: boolean) => {
      isPaused = paused;
      pause.textContent = paused ? "Go on" : "Pause";
      showState();
      live.say(paused ? "Paused" : "Going on");
    };
    pause.onclick = async ({ detail }) => {
      // The second click of a double click on what was there before.
      if (detail > 1) return;
      if (isPaused) {
        runner.goOn();
        return setPaused(false);
      }
      pause.disabled = true;
      state.textContent = "Pausing: what was begun is finished first";
      try {
        await runner.pause();
        setPaused(true);
        // A disabled button loses the focus.
        pause.disabled = false;
        pause.focus();
      } catch {
        // The run ended or failed meanwhile, which is told there.
      } finally {
        pause.disabled = false;
      }
    };
    cancel.onclick = () => ending.abort();
    bar.removeAttribute("value");
    showState();
    pause.textContent = "Pause";
    fill(notices);
    fill(map);
    element.hidden = false;
    element.setAttribute("aria-busy", "true");
    live.say("The run has begun");
    try {
      return await runner.run(options, {
        signal: ending.signal,
        onProgress: show,
        onPicture(picture) {
          drawing ??= drawRun(map);
          drawing.show(picture);
        },
        onNotice(notice) {
          told.push(notice);
          fill(notices, noticeList(told));
        },
      });
    } finally {
      drawing?.close();
      fill(map);
      element.hidden = true;
      element.removeAttribute("aria-busy");
      onTitle(undefined);
    }
  };
  return { element, follow, focus: () => pause.focus() };
}

/** "Summing up spots: 12,000 of 100,000 spots. 45 % of the run, 20 s left." */
function describe({ inWords, done, total, unit, share, secondsLeft }: RunProgress): string {
  const counted =
    total === undefined ? `${count(done)} ${unit}` : `${count(done)} of ${count(total)} ${unit}`;
  const left = secondsLeft === undefined ? "" : `, about ${formatSeconds(secondsLeft)} left`;
  return `${sentence(`${inWords}: ${counted}`)} ${formatShare(share)} of the run${left}.`;
}

/** Says each stage and each quarter once: a screen reader that is told everything is of no use. */
function tellStages(live: Live): (progress: RunProgress) => void {
  let said = "";
  return ({ inWords, share }) => {
    const quarter = 25 * Math.floor(4 * share);
    const now = `${inWords} ${quarter}`;
    if (now === said) return;
    said = now;
    live.say(sentence(`${inWords}, ${formatShare(share)}`));
  };
}
