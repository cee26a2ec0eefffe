import type { Notice } from "@flashdeconv/core";
import { h } from "./h.js";
import { inPageWords } from "./run-options.js";
import { sentence } from "./words.js";

/** What was found in an input: sentences, and what is odd about it. */
export function findings(name: string, lines: readonly string[], notices: readonly Notice[]): HTMLElement {
  return h(
    "div",
    { class: "findings" },
    h("p", { class: "name" }, name),
    h("ul", {}, ...lines.map((line) => h("li", {}, inPageWords(line)))),
    noticeList(notices),
  );
}

/** Notices, each once. */
export function noticeList(notices: readonly Notice[]): HTMLElement | undefined {
  const texts = [...new Set(notices.map(({ message }) => sentence(inPageWords(message))))];
  return texts.length === 0
    ? undefined
    : h("ul", { class: "notices", "aria-label": "Notices" }, ...texts.map((text) => h("li", {}, text)));
}
