import { isFlashdeconvError } from "@flashdeconv/core";
import type {
  Environment,
  OpenedReference,
  OpenedSection,
  Runner,
  RunPlan,
  RunResult,
} from "../run/protocol.js";
import type { Parts, Step } from "./contracts.js";
import { describeFailure, type Failure, failureBox, isStop } from "./failure.js";
import { fill, h } from "./h.js";
import type { Live } from "./live.js";
import { createOptionsForm } from "./options-form.js";
import { planView } from "./plan-view.js";
import { createRunning } from "./running.js";
import { refusalOf } from "./section-step.js";

/** What a run is of. */
export interface RunInputs {
  readonly section: OpenedSection | undefined;
  readonly reference: OpenedReference | undefined;
  readonly environment: Environment | undefined;
}

/** What the rest of the page has for a run, and is told of it. */
export interface RunHost {
  readonly runner: Runner;
  inputs(): RunInputs;
  /** An input cannot be used; undefined once it can. */
  onUnfit(where: "section" | "reference", failure: Failure | undefined): void;
  /** Asks whether what a run replaces may go. */
  mayBegin(): boolean;
  onBegin(): void;
  onEnd(): void;
  onDone(result: RunResult): void;
}

export interface RunStep extends Step {
  /** Plans anew: an input or an option changed. */
  plan(): void;
  readonly isRunning: boolean;
}

interface Surroundings {
  readonly drawRun: Parts["drawRun"];
  readonly live: Live;
  /** Gets how far a run is, for the title of the page. */
  onTitle(text: string | undefined): void;
}

export function createRunStep({ drawRun, live, onTitle }: Surroundings, host: RunHost): RunStep {
  const heading = h("h2", { id: "run", tabindex: "-1" }, "3. Run");
  const state = h("p", { class: "state", id: "run-missing" });
  const planned = h("div", {});
  const trouble = h("div", { class: "trouble" });
  const start = h(
    "button",
    { type: "button", class: "main", disabled: true, "aria-describedby": "run-missing" },
    "Run",
  );
  const running = createRunning(drawRun, live, onTitle);
  const form = createOptionsForm(() => plan());
  const before = h("div", {}, form.element, state, planned, h("div", { class: "row" }, start));
  const element = h(
    "section",
    { class: "step", "aria-labelledby": "run" },
    heading,
    before,
    trouble,
    running.element,
  );
  let planning = new AbortController();
  let following = Promise.resolve();
  let isRunning = false;

  const fail = (failure: Failure) => {
    fill(trouble, failureBox(failure, "run-failure"));
    live.say(`${failure.title}. ${failure.remedy}`);
  };

  const plan = () => {
    planning.abort();
    planning = new AbortController();
    start.disabled = true;
    fill(planned);
    fill(trouble);
    const { section, reference } = host.inputs();
    const options = form.read();
    const missing = whatIsMissing(host.inputs());
    state.textContent =
      missing ?? (options ? "Planning …" : "One of the fields holds what it cannot take: see its hint.");
    if (missing !== undefined || !options || !section || !reference) return;
    const refusal = refusalOf(section, options.smoothing);
    host.onUnfit("section", refusal);
    if (refusal) {
      state.textContent = refusal.title;
      return;
    }
    following = follow(host.runner.plan(options, planning.signal), planning.signal);
  };

  const follow = async (asked: Promise<RunPlan>, signal: AbortSignal) => {
    try {
      const answer = await asked;
      if (signal.aborted) return;
      state.textContent = "";
      fill(planned, planView(answer, host.inputs().environment, live));
      start.disabled = isRunning;
      host.onUnfit("reference", undefined);
      live.say("Ready to run");
    } catch (error) {
      if (signal.aborted) return;
      state.textContent = "This cannot be run.";
      const failure = describeFailure(error, "The run was refused");
      if (isFlashdeconvError(error) && error.tag === "GeneMismatchError") host.onUnfit("reference", failure);
      else fail(failure);
    }
  };

  const run = async () => {
    const options = form.read();
    if (!options || isRunning || !host.mayBegin()) return;
    isRunning = true;
    before.hidden = true;
    fill(trouble);
    state.textContent = "";
    host.onBegin();
    let done: RunResult | undefined;
    let failed: unknown;
    try {
      const going = running.follow(host.runner, options);
      // Its own buttons take the focus that the button of the start loses.
      running.focus();
      done = await going;
    } catch (error) {
      failed = error;
    }
    isRunning = false;
    before.hidden = false;
    host.onEnd();
    if (done) return host.onDone(done);
    heading.focus();
    if (isStop(failed)) {
      state.textContent = "The run was cancelled. What was saved before is as it was.";
      live.say("Cancelled");
      return;
    }
    fail(describeFailure(failed, "The run failed"));
  };
  start.onclick = run;

  plan();
  return {
    element,
    plan,
    async focus() {
      // Its button can be pressed once there is a plan.
      await following;
      (start.disabled ? heading : start).focus();
    },
    get isRunning() {
      return isRunning;
    },
  };
}

function whatIsMissing({ section, reference }: RunInputs): string | undefined {
  if (!section) return reference ? "Open a section first." : "Open a section and a reference first.";
  if (!reference) return "Open a reference first.";
  return reference.types.length === 0
    ? "Choose the column of the reference that names the types first."
    : undefined;
}
