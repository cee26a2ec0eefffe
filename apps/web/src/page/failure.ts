import { type FlashdeconvError, isFlashdeconvError } from "@flashdeconv/core";
import { h } from "./h.js";
import { inPageWords } from "./run-options.js";
import { sentence } from "./words.js";

/** What went wrong, in words: what was found, what was expected, what to do. */
export interface Failure {
  readonly title: string;
  readonly found?: string;
  readonly expected?: string;
  readonly remedy: string;
}

/** What a failure is told as. `what` says what was tried, as in "The section cannot be read". */
export function describeFailure(error: unknown, what: string): Failure {
  if (isFlashdeconvError(error)) {
    const { found, expected, remedy } = error;
    const subject = subjectOf(error);
    return {
      title: subject === "" || what.includes(subject) ? what : `${what}: ${subject}`,
      found: inPageWords(found),
      expected: inPageWords(expected),
      remedy: inPageWords(remedy),
    };
  }
  const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    title: what,
    found,
    expected: "no such fault, whatever the input",
    remedy: "This is a fault of the page itself. Please report it with what you did.",
  };
}

/** A message begins with what it is about. */
function subjectOf({ message, found }: FlashdeconvError): string {
  const at = message.indexOf(`: found ${found}`);
  return at > 0 ? inPageWords(message.slice(0, at)) : "";
}

/** Shows a failure; a field that it is about names it by `id`. */
export function failureBox({ title, found, expected, remedy }: Failure, id: string): HTMLElement {
  return h(
    "div",
    { class: "failure", id },
    h("p", {}, h("strong", {}, sentence(title))),
    h(
      "dl",
      {},
      found !== undefined && h("dt", {}, "Found"),
      found !== undefined && h("dd", {}, found),
      expected !== undefined && h("dt", {}, "Expected"),
      expected !== undefined && h("dd", {}, expected),
      h("dt", {}, "What to do"),
      h("dd", {}, remedy),
    ),
  );
}

/** Whether an error is no more than that somebody stopped what went on. */
export function isStop(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
