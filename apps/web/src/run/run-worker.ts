import { OptionError } from "@flashdeconv/core";
import { packError } from "@flashdeconv/core/internal";
import { hdf5Opener } from "@flashdeconv/io-h5/opener";
import { registerPageVendorOpener } from "@flashdeconv/io-vendor";
import { ZARR } from "@flashdeconv/io-zarr";
import { runGate, showLife, type WorkerScope } from "@flashdeconv/pipeline/internal";
import type { Finding } from "@flashdeconv/results/internal";
import { registerFileOpeners, registerOpeners, webOpeners } from "@flashdeconv/stores";
import { environment } from "./environment.js";
import type { FromRunWorker, ToRunWorker } from "./messages.js";
import { openReference, type Reference } from "./open-reference.js";
import { openSection, type Section } from "./open-section.js";
import type { Requests, RunEvent, RunResult, Subject } from "./protocol.js";

// Opens, runs and saves for a page, which stays free: whoever starts this worker asks through `connectRunner`.

const scope = globalThis as unknown as WorkerScope & {
  postMessage(message: unknown, transfer?: Transferable[]): void;
};
showLife(scope);
registerOpeners(webOpeners(ZARR));
registerFileOpeners({ h5: hdf5Opener });
registerPageVendorOpener();

interface Context {
  readonly signal: AbortSignal;
  tell(event: RunEvent): void;
}

type Handlers = {
  readonly [N in keyof Requests]: (
    input: Parameters<Requests[N]>[0],
    context: Context,
  ) => ReturnType<Requests[N]> | Promise<ReturnType<Requests[N]>>;
};

const gate = runGate();
const running = new Map<number, AbortController>();
const inspecting = new Set<Promise<unknown>>();
let section: Section | undefined;
let reference: Reference | undefined;
let result: RunResult | undefined;
let isBusy = false;

const handlers: Handlers = {
  environment: () => environment(),
  openSection: ({ place, choices }, { signal }) =>
    alone(async () => {
      const opened = await openSection(place, choices, signal);
      await allInspected();
      await section?.place.store.close();
      section = opened;
      return opened.told;
    }),
  openReference: ({ place, choices }, { signal }) =>
    alone(async () => {
      const opened = await openReference(place, choices, signal);
      await allInspected();
      await reference?.close();
      reference = opened;
      return opened.told;
    }),
  inspect: ({ subject }, { signal }) => {
    const asked = inspect(subject, signal);
    inspecting.add(asked);
    return asked.finally(() => inspecting.delete(asked));
  },
  plan: async ({ options }, { signal }) => {
    const { planRun } = await loadPlan();
    return (await planRun(...bothOpen(), options, signal)).told;
  },
  run: ({ options, wantsPictures }, { signal, tell }) =>
    alone(async () => {
      await allInspected();
      gate.open();
      const [opened, cells] = bothOpen();
      const { planRun } = await loadPlan();
      const planned = await planRun(opened, cells, options, signal);
      const request = { section: opened, reference: cells, planned, wantsPictures };
      const { startRun } = await import("./start-run.js");
      result = await startRun(request, { signal, gate, tell });
      return result;
    }),
  pause: () => gate.shut(),
  goOn: () => gate.open(),
  save: ({ format }, { signal }) =>
    alone(async () => {
      const { saveResult } = await import("./save-result.js");
      return saveResult(result, format, signal);
    }),
};

/** What comes after opening is loaded after it. */
const loadPlan = () => import("./plan-run.js");

/** Has ended before what it reads is closed, or the memory that is left is planned with. Who asked for it ends it. */
const allInspected = () => Promise.allSettled(inspecting);

async function inspect(subject: Subject, signal: AbortSignal): Promise<readonly Finding[]> {
  const { inspectPair, inspectSection } = await import("./inspect-inputs.js");
  if (subject === "reference") return inspectPair(...bothOpen(), signal);
  if (section) return inspectSection(section, signal);
  throw notOpen("section");
}

function bothOpen(): [Section, Reference] {
  if (section && reference) return [section, reference];
  throw notOpen(section ? "reference" : "section");
}

function notOpen(option: Subject): OptionError {
  const remedy = "Open a section and a reference first.";
  return new OptionError({ option, value: undefined, rule: "one that is open", remedy });
}

/** One thing at a time: two of them would share one gate, and the memory that was planned for one. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  if (isBusy) {
    throw new OptionError({
      option: "run",
      value: "a second one",
      rule: "one at a time",
      remedy: "Wait for it, or cancel it.",
    });
  }
  isBusy = true;
  try {
    return await work();
  } finally {
    isBusy = false;
  }
}

const post = (message: FromRunWorker, transfer: Transferable[] = []) => scope.postMessage(message, transfer);

scope.addEventListener("message", async ({ data }) => {
  const message = data as ToRunWorker;
  if (message.kind === "abort") return running.get(message.id)?.abort();
  if (message.kind !== "ask") return;
  const { id, request, input } = message;
  const controller = new AbortController();
  running.set(id, controller);
  const tell = (event: RunEvent) =>
    post({ ...event, id }, event.kind === "picture" ? [event.picture.bytes.buffer] : []);
  try {
    const handle = handlers[request] as (input: unknown, context: Context) => unknown;
    post({ kind: "done", id, answer: await handle(input, { signal: controller.signal, tell }) });
  } catch (error) {
    post({ kind: "failed", id, error: packError(error) });
  } finally {
    running.delete(id);
  }
});
