import type { Notice } from "@flashdeconv/core";
import { count, counted } from "@flashdeconv/core/internal";
import type { CountReport } from "@flashdeconv/normalize";
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

const VERDICTS: Readonly<Record<string, string>> = {
  counts: "raw counts: whole numbers of at least 0",
  "decimal counts":
    "decimal counts, as after the removal of ambient RNA: usable with “Accept values that are not whole numbers”",
  "normalised counts": "NOT raw counts: normalised, all rows sum to nearly the same",
  "logged or scaled": "NOT raw counts: logged or scaled",
  invalid: "NOT usable: negative or not finite",
};

/** What the values of a matrix are, and what they were judged by. */
export function valuesInWords(
  verdict: string,
  { spotCount, total, max, emptySpotCount, faults }: CountReport,
  row: string,
): string {
  const facts = [
    `${counted(spotCount, row)} looked at`,
    `mean ${count(total / Math.max(1, spotCount))} per ${row}`,
    `greatest ${count(max)}`,
    emptySpotCount > 0 && `${counted(emptySpotCount, row)} without any`,
    ...faults.map(
      ({ kind, valueCount, value }) => `${counted(valueCount, "value")} ${kind}, the first ${value}`,
    ),
  ];
  return `${VERDICTS[verdict] ?? verdict} (${facts.filter(Boolean).join("; ")})`;
}
