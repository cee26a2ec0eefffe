import { h } from "./h.js";

/** What a report says first of a result. */
export interface InShort {
  /** Whether the reference describes the section. */
  readonly verdicts: readonly { readonly level: string; readonly text: string }[];
  readonly facts: readonly { readonly what: string; readonly value: string }[];
  /** What to look at before the maps are believed. */
  readonly remarks: readonly string[];
}

/** Read out of a report, so that page and report say the same in the same words. */
export function readInShort(html: string): InShort {
  // Its first section alone: the style of the whole is none of this page's, whose policy would complain of it.
  const [first = ""] = /<section[\s\S]*?<\/section>/.exec(html) ?? [];
  const report = new DOMParser().parseFromString(first, "text/html");
  const all = (selector: string) => [...report.querySelectorAll(selector)];
  const text = (element: Element | null) => element?.textContent ?? "";
  return {
    verdicts: all(".verdict").map((element) => ({
      level: ["green", "amber", "red"].find((level) => element.classList.contains(level)) ?? "none",
      text: text(element),
    })),
    facts: all("dl.facts > div").map((element) => ({
      what: text(element.querySelector("dt")),
      value: text(element.querySelector("dd")),
    })),
    remarks: all("ul.remarks li").map(text),
  };
}

export function inShortView({ verdicts, facts, remarks }: InShort): HTMLElement {
  return h(
    "div",
    { class: "in-short" },
    ...verdicts.map(({ level, text }) => h("p", { class: `verdict ${level}` }, text)),
    remarks.length > 0 && h("h3", {}, "Look at these before you trust the maps"),
    remarks.length > 0 && h("ul", { class: "remarks" }, ...remarks.map((line) => h("li", {}, line))),
    h(
      "dl",
      { class: "facts" },
      ...facts.map(({ what, value }) => h("div", {}, h("dt", {}, what), h("dd", {}, value))),
    ),
  );
}
