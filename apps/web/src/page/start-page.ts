import type { Environment, OpenedReference, OpenedSection, Place, Subject } from "../run/protocol.js";
import type { Parts } from "./contracts.js";
import { describeFailure, failureBox } from "./failure.js";
import { createFinished } from "./finished.js";
import { fill, h } from "./h.js";
import type { InputStep } from "./input-step.js";
import { createInspector } from "./inspector.js";
import { lastingRunner } from "./lasting-runner.js";
import { createLive } from "./live.js";
import { nameOf } from "./place.js";
import { keepDropsOff } from "./place-picker.js";
import { createReferenceStep } from "./reference-step.js";
import { createRunStep } from "./run-step.js";
import { createSectionStep } from "./section-step.js";

const NAME = "flashdeconv";

/** Builds the page in an element and brings it to life. */
export function startPage(root: HTMLElement, parts: Parts): void {
  const live = createLive();
  const runner = lastingRunner(parts.startRunner);
  let environment: Environment | undefined;
  let section: OpenedSection | undefined;
  let reference: OpenedReference | undefined;

  const setTitle = (text: string | undefined) => {
    document.title = text === undefined ? NAME : `${text} · ${NAME}`;
  };

  const finished = createFinished(parts.openResult, live, () => {
    if (!finished.mayReplace()) return;
    finished.clear();
    setTitle(undefined);
    void sectionStep.focus();
  });

  const runStep = createRunStep(
    { drawRun: parts.drawRun, live, onTitle: setTitle },
    {
      runner,
      inputs: () => ({ section, reference, environment }),
      onUnfit: (where, failure) => (where === "section" ? sectionStep : referenceStep).refuse(failure),
      mayBegin: () => finished.mayReplace(),
      onBegin() {
        finished.clear();
        inspector.leave();
        for (const step of [sectionStep, referenceStep]) step.setBusy(true);
      },
      onEnd() {
        for (const step of [sectionStep, referenceStep]) step.setBusy(false);
        inspector.goOn();
      },
      onDone(result) {
        finished.showRun(result, runner);
        setTitle(`Done: ${result.name}`);
      },
    },
  );

  const inspector = createInspector(runner, (subject, inspected) =>
    (subject === "section" ? sectionStep : referenceStep).tell(inspected),
  );
  const changed = (subject: Subject) => {
    const isPair = section !== undefined && reference !== undefined && reference.types.length > 0;
    inspector.changed(subject, [
      ...(section ? ["section" as const] : []),
      ...(isPair ? ["reference" as const] : []),
    ]);
    runStep.plan();
  };

  const sectionStep: InputStep = createSectionStep(
    {
      runner,
      showResult: async (place: Place, signal: AbortSignal) => {
        await finished.showOpened({ place, name: nameOf(place) }, signal);
        setTitle(nameOf(place));
      },
    },
    (opened) => {
      section = opened;
      changed("section");
    },
    live,
  );
  const referenceStep: InputStep = createReferenceStep(
    runner,
    (opened) => {
      reference = opened;
      changed("reference");
    },
    live,
  );

  const example = h("button", { type: "button", id: "example" }, "Try the example");
  example.onclick = async () => {
    const at = (path: string): Place => ({ kind: "url", url: new URL(path, document.baseURI).href });
    await Promise.all([
      sectionStep.open(at(parts.example.section)),
      referenceStep.open(at(parts.example.reference)),
    ]);
    await runStep.focus();
  };

  const trouble = h("div", {});
  fill(
    root,
    h(
      "header",
      {},
      h("h1", {}, NAME),
      h(
        "p",
        { class: "lead" },
        "Estimates which cell types lie in each spot of a tissue section, from single cells of known types. All of it happens in this page: your data are not uploaded.",
      ),
      h("p", {}, example, " ", h("small", {}, "a simulated section of 1,600 spots")),
    ),
    h("main", {}, trouble, sectionStep.element, referenceStep.element, runStep.element, finished.element),
    live.element,
  );

  keepDropsOff(document);
  window.addEventListener("beforeunload", (event) => {
    if (runStep.isRunning || finished.isUnsaved) event.preventDefault();
  });
  window.addEventListener("pagehide", (event) => {
    // A page that is kept for the way back goes on where it was.
    if (!event.persisted) runner.close();
  });

  void runner.environment().then(
    (answer) => {
      environment = answer;
    },
    (error) =>
      fill(trouble, failureBox(describeFailure(error, "This browser cannot run it"), "page-failure")),
  );
}
