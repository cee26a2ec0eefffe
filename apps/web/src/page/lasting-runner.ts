import { isFlashdeconvError } from "@flashdeconv/core";
import type { Place, ReferenceChoices, Runner, SectionChoices } from "../run/protocol.js";

/**
 * A runner that outlives its worker: where one dies, what was asked of it fails, and another takes its place, which is given the same
 * inputs before it plans or runs.
 */
export function lastingRunner(start: () => Runner): Runner {
  let current = start();
  let isEmpty = false;
  let section: { place: Place; choices: SectionChoices } | undefined;
  let reference: { place: Place; choices: ReferenceChoices } | undefined;

  /** A worker does one of these after the other: who asks for the next waits for what goes on, or is being stopped. */
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: (runner: Runner) => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const mine = last.then(() => {
      signal?.throwIfAborted();
      return ask(work);
    });
    last = mine.catch(() => undefined);
    return mine;
  };

  const ask = async <T>(work: (runner: Runner) => Promise<T>): Promise<T> => {
    const asked = current;
    try {
      return await work(asked);
    } catch (error) {
      if (asked === current && isFlashdeconvError(error) && error.tag === "WorkerError") {
        asked.close();
        current = start();
        isEmpty = true;
      }
      throw error;
    }
  };
  const fill = async (runner: Runner, signal?: AbortSignal) => {
    if (!isEmpty) return;
    if (section) await runner.openSection(section.place, section.choices, signal);
    if (reference) await runner.openReference(reference.place, reference.choices, signal);
    isEmpty = false;
  };
  /** For what need not wait in turn but where a worker died. */
  const filled = async (signal?: AbortSignal) => {
    if (isEmpty) await inTurn((runner) => fill(runner, signal), signal);
  };

  return {
    environment: () => ask((runner) => runner.environment()),
    async openSection(place, choices = {}, signal) {
      const opened = await inTurn((runner) => runner.openSection(place, choices, signal), signal);
      section = { place, choices };
      return opened;
    },
    async openReference(place, choices = {}, signal) {
      const opened = await inTurn((runner) => runner.openReference(place, choices, signal), signal);
      reference = { place, choices };
      return opened;
    },
    inspect: async (subject, signal) => {
      await filled(signal);
      return ask((runner) => runner.inspect(subject, signal));
    },
    plan: async (options, signal) => {
      await filled(signal);
      return ask((runner) => runner.plan(options, signal));
    },
    run: (options, listeners) =>
      inTurn(async (runner) => {
        await fill(runner, listeners?.signal);
        return runner.run(options, listeners);
      }, listeners?.signal),
    pause: () => current.pause(),
    goOn: () => current.goOn(),
    save: (format, signal) => inTurn((runner) => runner.save(format, signal), signal),
    close: () => current.close(),
  };
}
