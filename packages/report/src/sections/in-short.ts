import { count, counted, percent, shortNumber } from "@flashdeconv/core/internal";
import { confusedGroups, confusionIn } from "../confusion.js";
import {
  ALIKE,
  alikePairs,
  type Context,
  FEW_CELLS,
  intervalsOf,
  meanOf,
  quantile,
  smoothingCurve,
} from "../context.js";
import { NOT_SCORED } from "../doubts.js";
import { escaped, listed, nameText } from "../page/text.js";
import type { ReferenceScore } from "../report-input.js";

/** More lines than this nobody reads. */
const MOST_LINES = 8;
const ALMOST_ALL = 0.9;
/** Groups of confused types that are named, and types in each. */
const MOST_GROUPS = 4;
const MOST_IN_GROUP = 6;

/** Large numbers, and what to look at before the maps are believed, the worst first. */
export function inShort(context: Context): string {
  const { gathered, input } = context;
  const { spotCount, answered } = gathered;
  const { shared_gene_count: shared, genes_used: genes } = input.parameters;
  const used = Array.isArray(genes) ? genes.length : genes;
  const facts: [value: string, what: string][] = [
    [count(spotCount), spotCount === 1 ? "spot" : "spots"],
    [count(input.typeNames.length), "cell types"],
    [percent(ownShare(context)), "of spots have an answer of their own"],
    ...(isNumber(shared)
      ? [[count(Number(shared)), "genes shared with the reference"] as [string, string]]
      : []),
    ...(isNumber(used) ? [[count(Number(used)), "genes used"] as [string, string]] : []),
    ...(input.counts
      ? [[count(quantile(input.counts, 0.5)), "counts in a spot (median)"] as [string, string]]
      : []),
    ...(context.cells && answered > 0
      ? [
          [count(sumOf(context.cells)), "cells, by the number that spots were said to hold"] as [
            string,
            string,
          ],
        ]
      : []),
    ...(answered > 0
      ? [
          [percent(quantile(gathered.topShare, 0.5)), "share of the largest type (median)"] as [
            string,
            string,
          ],
          [shortNumber(quantile(gathered.effective, 0.5)), "types in a spot (effective number, median)"] as [
            string,
            string,
          ],
        ]
      : []),
  ];
  const all = remarks(context);
  const shown = all.length > MOST_LINES ? all.slice(0, MOST_LINES - 1) : all;
  if (shown.length < all.length) shown.push(`${all.length - shown.length} more, in the sections below.`);
  const told = shown.length
    ? `<h3>Look at these before you trust the maps</h3><ul class="remarks">${shown.map((line) => `<li>${line}</li>`).join("")}</ul>`
    : "<p>Nothing stands out. What no report can tell stands at the end.</p>";
  return `${verdict(context)}<dl class="facts">${facts.map(([value, what]) => `<div><dt>${what}</dt><dd>${value}</dd></div>`).join("")}</dl>${told}`;
}

/** The judgement of the reference, in words and not by colour alone. */
function verdict({ input }: Context): string {
  const { referenceScores: scores = [], notices } = input;
  const unscored = notices.filter(({ code }) => code === NOT_SCORED).slice(0, MOST_LINES);
  const why = unscored.map(({ message }) => `<p class="verdict">${escaped(message)}</p>`).join("");
  if (scores.length === 0) {
    if (why !== "") return why;
    return '<p class="verdict">Whether the reference describes this section was not measured in this result: compare marker genes before you rely on the maps.</p>';
  }
  const worstFirst = (["red", "amber", "green"] as const).flatMap((level) =>
    scores.filter((score) => score.level === level),
  );
  const shown = worstFirst.slice(0, MOST_LINES).map(verdictOf).join("");
  const more = worstFirst.length - MOST_LINES;
  const rest = more > 0 ? `<p>${counted(more, "section")} more, none worse than these.</p>` : "";
  return shown + rest + why;
}

function verdictOf({ section, level, text, numbers = {} }: ReferenceScore): string {
  const word = { green: "Good", amber: "Careful", red: "Do not use" }[level];
  const name = section === undefined ? "" : `${nameText(section)}: `;
  const told = Object.entries(numbers).map(([what, value]) => `${nameText(what)} ${shortNumber(value)}`);
  return `<p class="verdict ${level}"><strong>${name}${word}.</strong> ${escaped(text)}${told.length ? ` <small>(${told.join(", ")})</small>` : ""}</p>`;
}

function ownShare({ gathered, input: { statuses } }: Context): number {
  const ok = statuses?.categories.indexOf("ok") ?? -1;
  if (statuses === undefined || ok < 0) return gathered.answered / gathered.spotCount;
  let own = 0;
  for (let spot = 0; spot < gathered.spotCount; spot++) if (statuses.codes[spot] === ok) own++;
  return own / gathered.spotCount;
}

function remarks(context: Context): string[] {
  const { input, gathered, canvas, order, doubts, silent } = context;
  const { typeNames, signature, parameters } = input;
  const lines = [...doubts.lines];
  if (parameters.converged === false) {
    lines.push("The solve stopped before it converged: allow more sweeps and run again.");
  }
  const { mismatched } = gathered;
  if (mismatched > 0) {
    lines.push(
      `Nothing is said of the types of ${counted(mismatched, "spot")} (${percent(mismatched / gathered.spotCount)}), as the reference does not describe them: drawn in grey, left out of all numbers.`,
    );
  }
  const unanswered = gathered.spotCount - gathered.answered - mismatched;
  if (unanswered > 0) {
    lines.push(
      `${counted(unanswered, "spot")} (${percent(unanswered / gathered.spotCount)}) ${unanswered === 1 ? "has" : "have"} no answer: drawn in grey, left out of all numbers.`,
    );
  }
  const borrowed = gathered.answered / gathered.spotCount - ownShare(context);
  if (borrowed > 1e-9) {
    lines.push(
      `${percent(borrowed)} of spots have an answer that is not their own: see the map of statuses.`,
    );
  }
  const { cellCounts } = signature ?? {};
  if (cellCounts) {
    const few = order.filter((k) => cellCounts[k] < FEW_CELLS);
    if (few.length > 0)
      lines.push(
        `${counted(few.length, "type")} rest on fewer than ${FEW_CELLS} reference cells: ${listed(few.map((k) => typeNames[k]))}.`.replace(
          "1 type rest ",
          "1 type rests ",
        ),
      );
  }
  lines.push(...confusedLines(context));
  const curve = smoothingCurve(context);
  if (curve && curve.points.length > 2 && curve.points.at(-1)?.x === curve.chosen && curve.chosen > 0) {
    lines.push("The chosen smoothing lies at the upper end of what was tried: fine structure may be lost.");
  }
  const [first] = order;
  if (gathered.answered > 0 && first !== undefined) {
    if (typeNames.length > 1 && gathered.dominantIn[first] > ALMOST_ALL * gathered.answered) {
      lines.push(
        `${nameText(typeNames[first])} is the largest type in ${percent(gathered.dominantIn[first] / gathered.answered)} of spots.`,
      );
    }
    lines.push(...intervalLines(context));
    const nowhere = order.filter(
      (k) => !silent.has(k) && gathered.dominantIn[k] === 0 && meanOf(context, k) < 0.01,
    );
    if (nowhere.length > 0)
      lines.push(
        `Under 1 % on average and nowhere the largest: ${listed(nowhere.map((k) => typeNames[k]))}.`,
      );
  }
  const hidden = canvas?.small.hiddenCount ?? 0;
  if (hidden > 0)
    lines.push(`${counted(hidden, "spot")} lie under others in the same place and are not seen on the maps.`);
  const sections = parameters.section_names;
  if (Array.isArray(sections) && sections.length > 1) {
    lines.push(
      `This result holds ${count(sections.length)} sections. They are drawn at their own positions, so where these overlap, so do the maps.`,
    );
  }
  return lines;
}

/** Types that are mistaken for each other, in one line, and those that are mostly not found, in another. */
function confusedLines(context: Context): string[] {
  const { typeNames } = context.input;
  const confusion = confusionIn(context.input);
  if (confusion === undefined) {
    const alike = alikePairs(context).filter(({ cosine }) => cosine >= ALIKE);
    const pairs = alike.map(({ a, b }) => `${typeNames[a]} and ${typeNames[b]}`);
    if (alike.length === 0) return [];
    return [`The reference can hardly tell these apart: ${listed(pairs, 3)}. Read their sum.`];
  }
  const groups = confusedGroups(confusion).map(({ types }) => joined(types.map((k) => typeNames[k])));
  const told = groups.slice(0, MOST_GROUPS).join("; ");
  const more =
    groups.length > MOST_GROUPS ? `; and ${counted(groups.length - MOST_GROUPS, "more group")}, in 9` : "";
  const weak = listed(confusion.weak.map((k) => typeNames[k]));
  return [
    ...(groups.length > 0
      ? [`Cannot be told apart at the depth of these spots, so read their sum: ${told}${more}.`]
      : []),
    ...(confusion.weak.length > 0 ? [`Less than a third of these is found where they are: ${weak}.`] : []),
  ];
}

/** "A, B and C". */
function joined(names: readonly string[]): string {
  if (names.length > MOST_IN_GROUP) return listed(names, MOST_IN_GROUP);
  return `${names.slice(0, -1).map(nameText).join(", ")} and ${nameText(names.at(-1) as string)}`;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** What intervals say of whole types, and of which they say too little. */
function intervalLines({ input, low, order, silent }: Context): string[] {
  if (low === undefined) return [];
  const { withoutCells, presentAbove } = intervalsOf(input);
  // Where that holds of all types it stands first.
  const isAll = order.every((k) => silent.has(k) || withoutCells.includes(input.typeNames[k]));
  const nowhere = order.filter((k) => !silent.has(k) && low.above[k] === 0).map((k) => input.typeNames[k]);
  return [
    ...(nowhere.length > 0
      ? [`In no spot surely present (above ${percent(presentAbove)}): ${listed(nowhere)}.`]
      : []),
    ...(withoutCells.length > 0 && !isAll
      ? [`Intervals are too narrow, of types with too few single cells: ${listed(withoutCells)}.`]
      : []),
  ];
}

function isNumber(value: unknown): boolean {
  return (typeof value === "number" || typeof value === "bigint") && Number.isFinite(Number(value));
}
