import type { Notice } from "@flashdeconv/core";
import { counted } from "@flashdeconv/core/internal";
import type { Finding } from "@flashdeconv/results/internal";
import type { Place } from "../run/protocol.js";
import { type ChoiceField, createChoiceForm } from "./choice-form.js";
import type { Step } from "./contracts.js";
import { describeFailure, type Failure, failureBox, isStop } from "./failure.js";
import { findingsView, noticeList, remarkCount } from "./findings.js";
import { fill, h } from "./h.js";
import type { Inspected } from "./inspector.js";
import type { Live } from "./live.js";
import { nameOf } from "./place.js";
import { createPlacePicker } from "./place-picker.js";

export type Choices = Readonly<Record<string, string>>;

/** What every input has. */
export interface OpenedInput {
  readonly name: string;
  readonly notices: readonly Notice[];
}

/** What an input step is about. */
export interface InputSettings<Opened extends OpenedInput> {
  readonly id: string;
  readonly title: string;
  /** As in "section". */
  readonly noun: string;
  readonly hint: string;
  /** Ends of names that the file chooser offers. */
  readonly accept: string;
  /** "result" where it was something to be looked at, and is shown elsewhere. */
  open(place: Place, choices: Choices, signal: AbortSignal): Promise<Opened | "result">;
  /** What can be told before it was looked at. */
  size(opened: Opened): string;
  /** More of that, to be shown. */
  facts(opened: Opened): Node[];
  /** What can be chosen; `opened` is undefined where it could not be opened. */
  choices(opened: Opened | undefined, made: Choices): readonly ChoiceField[];
  /** Whether something has to be chosen before what is open is of use. */
  mustChoose(opened: Opened): boolean;
  /** It changed; undefined while nothing is open. */
  onChange(opened: Opened | undefined): void;
}

/** A step in which a section or reference is opened. */
export interface InputStep extends Step {
  open(place: Place, choices?: Choices): Promise<void>;
  /** Shows what looking at it came to. */
  tell(inspected: Inspected): void;
  /** Tells that what is open does not do. */
  refuse(failure: Failure | undefined): void;
  /** Nothing can be opened while a run goes on. */
  setBusy(isBusy: boolean): void;
}

export function createInputStep<Opened extends OpenedInput>(
  settings: InputSettings<Opened>,
  live: Live,
): InputStep {
  const { id, title, noun } = settings;
  const heading = h("h2", { id, tabindex: "-1" }, title);
  const state = h("p", { class: "state" });
  const found = h("div", { class: "found" });
  const facts = h("div", {});
  const looking = h("p", { class: "state" });
  const trouble = h("div", { class: "trouble" });
  let current: { place: Place; choices: Choices } | undefined;
  let opened: Opened | undefined;
  let ending = new AbortController();

  const stop = h("button", { type: "button", hidden: true, onclick: () => ending.abort() }, "Stop opening");
  const form = createChoiceForm(id, `What of the ${noun} is meant`, (made) => {
    if (current)
      void open(current.place, Object.fromEntries(Object.entries(made).filter(([, value]) => value)));
  });
  const picker = createPlacePicker({ id, noun, accept: settings.accept, hint: settings.hint }, (picked) => {
    if ("failure" in picked) show(picked.failure);
    else void open(picked.place, {});
  });
  const element = h(
    "section",
    { class: "step", "aria-labelledby": id },
    heading,
    picker.element,
    h("div", { class: "row" }, state, stop),
    trouble,
    found,
    form.element,
  );

  const show = (failure: Failure | undefined) => {
    fill(trouble, failure && failureBox(failure, `${id}-failure`));
    picker.setInvalid(failure ? `${id}-failure` : undefined);
    if (failure) live.say(`${failure.title}. ${failure.remedy}`);
  };

  const showFacts = (answer: Opened) =>
    fill(facts, h("p", {}, settings.size(answer)), ...settings.facts(answer));

  const open = async (place: Place, choices: Choices = {}) => {
    ending.abort();
    const mine = new AbortController();
    ending = mine;
    const isSame = current?.place === place;
    current = { place, choices };
    opened = undefined;
    settings.onChange(undefined);
    const name = nameOf(place);
    element.setAttribute("aria-busy", "true");
    stop.hidden = false;
    state.textContent = `Opening ${name} …`;
    live.say(`Opening ${name}`);
    show(undefined);
    fill(found);
    fill(looking);
    if (!isSame) form.show([]);
    try {
      const answer = await settings.open(place, choices, mine.signal);
      if (mine !== ending) return;
      if (answer === "result") {
        state.textContent = `${name} is a result: it is shown below.`;
        return;
      }
      opened = answer;
      state.textContent = "";
      showFacts(answer);
      fill(found, h("p", { class: "name" }, answer.name), facts, looking, noticeList(answer.notices));
      form.show(settings.choices(answer, choices), settings.mustChoose(answer));
      live.say(`Opened ${answer.name}: ${settings.size(answer)}`);
    } catch (error) {
      if (mine !== ending) return;
      state.textContent = isStop(error) ? `Opening ${name} was stopped.` : "";
      if (!isStop(error)) {
        show(describeFailure(error, `The ${noun} ${name} cannot be used`));
        form.show(settings.choices(undefined, choices));
      }
    } finally {
      if (mine === ending) {
        element.removeAttribute("aria-busy");
        stop.hidden = true;
      }
    }
    settings.onChange(opened);
  };

  return {
    element,
    open,
    focus: () => heading.focus(),
    tell(inspected) {
      if (!opened) return;
      const hadFocus = facts.contains(document.activeElement);
      const isDone = !(typeof inspected === "string" || "title" in inspected);
      if (isDone) {
        fill(facts, findingsView(opened.name, inspected));
        const count = remarkCount(inspected);
        if (count > 0) live.say(`${counted(count, "thing")} to look at before the run, of the ${noun}`);
      } else showFacts(opened);
      looking.textContent = isDone ? "" : inWords(inspected);
      if (hadFocus) facts.querySelector("summary")?.focus();
    },
    refuse: show,
    setBusy(isBusy) {
      picker.setBusy(isBusy);
      form.element.inert = isBusy;
    },
  };
}

function inWords(inspected: Exclude<Inspected, readonly Finding[]>): string {
  if (inspected === "waiting") return "It is looked at more closely once section and reference are open.";
  if (inspected === "looking") return "Looking at its first rows …";
  if (inspected === "left") return "It is looked at again after the run.";
  const { title, found, remedy } = inspected;
  return `${title}: ${[found, remedy].filter(Boolean).join(". ")}`;
}
