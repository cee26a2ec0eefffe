import { count, percent } from "@flashdeconv/core/internal";
import { typeColors } from "@flashdeconv/maps";
import { stackedBars, swatch } from "./page/charts.js";
import { page } from "./page/page.js";
import { escaped, nameText, table } from "./page/text.js";
import type { ReferenceScore } from "./report-input.js";

/** A section among several, as an index shows it. */
export interface IndexedSection {
  readonly name: string;
  /** Where its report lies, beside the index. */
  readonly report?: string;
  /** Of the section, or of each of its parts; none where its result is from before references were scored. */
  readonly scores: readonly ReferenceScore[];
  readonly spotCount?: number;
  /** How many spots have an answer of their own. */
  readonly ownCount?: number;
  /** What the shares are of. */
  readonly amount?: "rna" | "cells";
  /** Mean share of each type; left out where nothing is claimed of types. */
  readonly shares?: readonly number[];
}

export interface IndexInput {
  /** What all sections are together: the title of the page. */
  readonly name: string;
  readonly version?: string;
  readonly typeNames: readonly string[];
  readonly sections: readonly IndexedSection[];
  /** Names of results that are there and not shown, and of sections that have none: the page says so. */
  readonly leftOut?: readonly string[];
  readonly missing?: readonly string[];
}

/** Types named for a section. */
const MOST_TYPES = 3;
const WORDS = { green: "good", amber: "careful", red: "do not use" } as const;
const LEVELS = ["red", "amber", "green"] as const;

/** One page that shows several results side by side, with links to the report of each. It needs nothing else. */
export function buildIndex(input: IndexInput): Promise<string> {
  const { name, version, typeNames, sections } = input;
  const claimed = sections.filter(({ shares }) => shares !== undefined);
  return page(name, version, [
    { id: "short", title: "In short", html: inShort(input) },
    { id: "sections", title: "The sections, the worst reference first", html: comparison(input) },
    ...(claimed.length > 0
      ? [{ id: "amounts", title: "Mean share of each type", html: amounts(typeNames, claimed) }]
      : []),
  ]);
}

function inShort({ sections, leftOut = [], missing = [] }: IndexInput): string {
  const worst = sections.map(worstOf);
  const facts = [
    [count(sections.length), "sections"],
    ...LEVELS.map((level) => [
      count(worst.filter((one) => one === level).length),
      `reference: ${WORDS[level]}`,
    ]),
    ...(worst.includes(undefined)
      ? [[count(worst.filter((one) => one === undefined).length), "reference: not scored"]]
      : []),
  ].map(([value, what]) => `<div><dt>${what}</dt><dd>${value}</dd></div>`);
  const told = (["red", "amber"] as const).flatMap((level) => {
    const names = sections.filter((_, i) => worst[i] === level).map(({ name }) => nameText(name));
    return names.length === 0
      ? []
      : [`<p class="verdict ${level}"><strong>${sentenceOf(level)}</strong> ${names.join(", ")}</p>`];
  });
  const others = [
    ...namesAfter("Without a result:", missing),
    ...namesAfter("Results of other sections, which are not shown:", leftOut),
  ];
  return `${told.join("")}<dl class="facts">${facts.join("")}</dl>${others.join("")}`;
}

/** Names that are shown of sections that the page does not show. */
const MOST_NAMES = 100;

function namesAfter(words: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = names.slice(0, MOST_NAMES).map(nameText).join(", ");
  const more = names.length - MOST_NAMES;
  return [`<p>${words} ${shown}${more > 0 ? ` and ${count(more)} more` : ""}</p>`];
}

function sentenceOf(level: "red" | "amber"): string {
  return level === "red" ? "Do not use the proportions of:" : "Compare marker genes before you rely on:";
}

function worstOf({ scores }: IndexedSection): ReferenceScore["level"] | undefined {
  return LEVELS.find((level) => scores.some((score) => score.level === level));
}

function comparison({ typeNames, sections }: IndexInput): string {
  const rank = (section: IndexedSection) => {
    const level = worstOf(section);
    return level === undefined ? LEVELS.length : LEVELS.indexOf(level);
  };
  const order = [...sections.keys()].sort((a, b) => rank(sections[a]) - rank(sections[b]) || a - b);
  const rows = order.map((i) => {
    const { name, report, scores, spotCount, ownCount, shares } = sections[i];
    const label = nameText(name);
    const level = worstOf(sections[i]);
    const score = scores.find((one) => one.level === level);
    return [
      report === undefined ? label : `<a href="./${encodeURIComponent(report)}">${label}</a>`,
      level === undefined ? "not scored" : `${swatch(COLORS[level])} ${WORDS[level]}`,
      spotCount === undefined ? "–" : count(spotCount),
      spotCount === undefined || ownCount === undefined ? "–" : percent(ownCount / spotCount),
      shares === undefined ? "–" : largest(typeNames, shares),
      score === undefined ? "" : escaped(score.text),
    ];
  });
  return table(
    "Sections",
    [
      "section",
      "reference",
      "spots",
      "with an answer of their own",
      "most common types",
      "what the score says",
    ],
    rows,
  );
}

const COLORS = { green: "#009e73", amber: "#e69f00", red: "#c3000f" } as const;

function largest(typeNames: readonly string[], shares: readonly number[]): string {
  return [...shares.keys()]
    .sort((a, b) => shares[b] - shares[a] || a - b)
    .slice(0, MOST_TYPES)
    .map((k) => `${nameText(typeNames[k])} (${percent(shares[k])})`)
    .join(", ");
}

function amountsText(sections: readonly IndexedSection[]): string {
  const ofCells = sections.filter(({ amount }) => amount === "cells").map(({ name }) => nameText(name));
  if (ofCells.length === sections.length) return "<p>Shares of cells.</p>";
  if (ofCells.length === 0) return "<p>Shares of RNA.</p>";
  return `<p>Shares of RNA, but of cells in ${ofCells.join(", ")}: these cannot be compared with the others.</p>`;
}

function amounts(typeNames: readonly string[], sections: readonly IndexedSection[]): string {
  const colors = typeColors(typeNames);
  const rows = sections.map(({ name, spotCount = Number.NaN, shares = [] }) => ({
    name,
    spots: spotCount,
    shares,
  }));
  const legend = typeNames.map(
    (name, k) => `<li>${swatch(colors[k])}<span class="name">${nameText(name)}</span></li>`,
  );
  const numbers = table(
    "Mean share of each type in each section",
    ["section", ...typeNames.map(nameText)],
    rows.map(({ name, shares }) => [nameText(name), ...shares.map(percent)]),
  );
  return `${amountsText(sections)}<figure>${stackedBars("Mean shares of types by section", rows, colors)}<ul class="legend">${legend.join("")}</ul></figure><details><summary>In numbers</summary>${numbers}</details>`;
}
