import { WorkerError } from "@flashdeconv/core";
import { onAbort, unpackError } from "@flashdeconv/core/internal";
import { watchWorker } from "@flashdeconv/pipeline/internal";
import type { PageWorker } from "@flashdeconv/pipeline/page-pool";
import type { FromRunWorker, ToRunWorker } from "./messages.js";
import type { Requests, RunListeners, Runner } from "./protocol.js";

/** What is asked, without what only the page can take. */
type Asked<N extends keyof Requests> = Parameters<Requests[N]>[0];
type Answer<N extends keyof Requests> = ReturnType<Requests[N]>;

interface Question {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: unknown) => void;
  readonly listeners: RunListeners;
  readonly release: () => void;
}

/**
 * Makes promises of what is told by a worker of the module `run-worker`, which is ended when the runner is closed.
 *
 * @example
 * // const worker = new Worker(new URL("./run/run-worker.ts", import.meta.url), { type: "module" });
 * // const runner = connectRunner(worker);
 * // const section = await runner.openSection({ kind: "file", file });
 */
export function connectRunner(worker: PageWorker): Runner {
  const questions = new Map<number, Question>();
  let nextId = 0;
  let failure: unknown;
  const post = (message: ToRunWorker) => worker.postMessage(message, []);

  const fail = (error: unknown) => {
    failure ??= error;
    for (const { reject, release } of questions.values()) {
      release();
      reject(failure);
    }
    questions.clear();
  };

  const forget = watchWorker(worker, (found) =>
    fail(
      new WorkerError({
        subject: "the run's worker",
        found,
        expected: "a worker that answers",
        remedy:
          "It may have run out of memory: close other tabs, or run it with the command line. What was saved before stays as it is.",
      }),
    ),
  );

  worker.addEventListener("message", ({ data }) => {
    const message = data as FromRunWorker;
    const question = questions.get(message.id);
    if (!question) return;
    const { listeners } = question;
    if (message.kind === "progress") return listeners.onProgress?.(message.progress);
    if (message.kind === "picture") return listeners.onPicture?.(message.picture);
    if (message.kind === "notice") return listeners.onNotice?.(message.notice);
    questions.delete(message.id);
    question.release();
    if (message.kind === "done") return question.resolve(message.answer as never);
    question.reject(listeners.signal?.aborted ? listeners.signal.reason : unpackError(message.error));
  });

  function ask<N extends keyof Requests>(
    request: N,
    input: Asked<N>,
    listeners: RunListeners = {},
  ): Promise<Answer<N>> {
    return new Promise<Answer<N>>((resolve, reject) => {
      const { signal } = listeners;
      if (failure) return reject(failure);
      if (signal?.aborted) return reject(signal.reason);
      const id = nextId++;
      const release = onAbort(signal, () => post({ kind: "abort", id }));
      questions.set(id, { resolve, reject, listeners, release });
      post({ kind: "ask", id, request, input });
    });
  }

  return {
    environment: () => ask("environment", undefined),
    openSection: (place, choices = {}, signal) => ask("openSection", { place, choices }, { signal }),
    openReference: (place, choices = {}, signal) => ask("openReference", { place, choices }, { signal }),
    inspect: (subject, signal) => ask("inspect", { subject }, { signal }),
    plan: (options = {}, signal) => ask("plan", { options }, { signal }),
    run: (options = {}, listeners = {}) =>
      ask("run", { options, wantsPictures: listeners.onPicture !== undefined }, listeners),
    pause: () => ask("pause", undefined),
    goOn: () => void ask("goOn", undefined).catch(() => undefined),
    save: (format, signal) => ask("save", { format }, { signal }),
    close() {
      forget();
      worker.terminate();
      const expected = "a worker that answers";
      const remedy = "Open the page again.";
      fail(new WorkerError({ subject: "the run's worker", found: "one that was ended", expected, remedy }));
    },
  };
}
