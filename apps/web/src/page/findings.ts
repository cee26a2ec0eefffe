import type { Notice } from "@flashdeconv/core";
import { counted } from "@flashdeconv/core/internal";
import type { Finding, FindingLine, FindingTable } from "@flashdeconv/results/internal";
import { h } from "./h.js";
import { inPageWords } from "./run-options.js";
import { sentence } from "./words.js";

/** A table of so many rows, or with remarks, is not folded away. */
const SHORT = 12;

/** What was found of an input that is called by this name: what to look at first, then facts, then more of them and tables, folded away. */
export function findingsView(name: string, findings: readonly Finding[]): HTMLElement {
  const lines = findings.filter(isLine);
  const of = (weight: FindingLine["weight"]) =>
    lines.filter((line) => line.weight === weight).map(({ text }) => inPageWords(withoutName(text, name)));
  const details = of("detail");
  return h(
    "div",
    { class: "findings" },
    list(of("remark"), { class: "notices", "aria-label": "To look at before the run" }),
    list(of("fact")),
    ...findings.flatMap((finding) => (isLine(finding) ? [] : [tableView(finding)])),
    details.length > 0 && h("details", {}, h("summary", {}, "More of what was found"), list(details)),
  );
}

/** So much of it is to be looked at before a run. */
export function remarkCount(findings: readonly Finding[]): number {
  return findings.filter((finding) => isLine(finding) && finding.weight === "remark").length;
}

function isLine(finding: Finding): finding is FindingLine {
  return "text" in finding;
}

/** The name stands above already. */
function withoutName(text: string, name: string): string {
  return text.startsWith(`${name}: `) ? text.slice(name.length + 2) : text;
}

function list(lines: readonly string[], attributes: Parameters<typeof h>[1] = {}): HTMLElement | undefined {
  return lines.length === 0 ? undefined : h("ul", attributes, ...lines.map((line) => h("li", {}, line)));
}

/** A table with a summary to unfold it by. Rows with a remark stand first. */
export function tableView({ title, header, rows }: FindingTable): HTMLElement {
  const isRemarked = (row: readonly string[]) => header.at(-1) === "remark" && row.at(-1) !== "";
  const remarked = rows.filter(isRemarked);
  const sorted = [...remarked, ...rows.filter((row) => !isRemarked(row))];
  const isNumeric = header.map((_, i) => rows.every((row) => /^[-\d]|^$/.test(row[i])));
  const name = title ?? counted(rows.length, header[0]);
  const isLong = title !== undefined || rows.length > SHORT;
  return h(
    "details",
    { open: !isLong || remarked.length > 0 },
    h("summary", {}, remarked.length > 0 ? `${name}, ${remarked.length} of them with a remark` : name),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": title ?? `Each ${header[0]}` },
      h(
        "table",
        {},
        h("thead", {}, h("tr", {}, ...header.map((text, i) => cell("th", text, isNumeric[i])))),
        h("tbody", {}, ...sorted.map((row) => tableRow(row, isNumeric))),
      ),
    ),
  );
}

function tableRow(row: readonly string[], isNumeric: readonly boolean[]): HTMLElement {
  const [first, ...others] = row;
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, first),
    ...others.map((text, i) => cell("td", text, isNumeric[i + 1])),
  );
}

function cell(tag: "th" | "td", text: string, isNumeric: boolean): HTMLElement {
  return h(tag, { scope: tag === "th" ? "col" : undefined, class: isNumeric ? "number" : undefined }, text);
}

/** Notices, each once. */
export function noticeList(notices: readonly Notice[]): HTMLElement | undefined {
  const texts = [...new Set(notices.map(({ message }) => sentence(inPageWords(message))))];
  return list(texts, { class: "notices", "aria-label": "Notices" });
}
