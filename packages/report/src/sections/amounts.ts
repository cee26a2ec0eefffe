import { count, percent, shortNumber } from "@flashdeconv/core/internal";
import { type Context, isOfCells, meanOf } from "../context.js";
import { BIN_COUNT, quantileOf } from "../gather.js";
import { levelsIn } from "../levels.js";
import { spark, stackedBars, swatch } from "../page/charts.js";
import { escaped, listed, nameText, shown, table } from "../page/text.js";

const SPARK_BINS = 16;
/** Types of a group that are named. */
const MOST_MEMBERS = 12;

/** The numbers of all maps, as a table and as CSV. */
export function amounts(context: Context): string {
  const { input, gathered, order, low, cells, doubts, silent } = context;
  const { cellCounts } = input.signature ?? {};
  const isInDoubt = order.every(doubts.isDoubtful);
  const doubt = (k: number) => (!isInDoubt && doubts.isDoubtful(k) ? " (in doubt)" : "");
  const head = [
    "cell type",
    ...(low ? [isInDoubt ? "present in (in doubt)" : "present in"] : []),
    "mean",
    ...(cells ? ["cells", "cells in a spot"] : []),
    "99th percentile",
    "spots > 5 %",
    "spots > 25 %",
    "largest in",
    "reference cells",
    "spots by share (0 to 100 %, square roots)",
  ];
  // Of a section without an answer, and of a type that nothing could find, nothing is claimed, not even 0.
  const isTold = (k: number) => gathered.answered > 0 && !silent.has(k);
  const rows = order.map((k) => [
    nameText(input.typeNames[k]),
    ...[
      ...(low ? [count(low.above[k]) + doubt(k)] : []),
      percent(meanOf(context, k)),
      ...(cells ? [count(cells[k]), shortNumber(cells[k] / gathered.answered)] : []),
      percent(quantileOf(gathered, k, 0.99)),
      count(gathered.above5[k]),
      count(gathered.above25[k]),
      count(gathered.dominantIn[k]),
    ].map((text) => (isTold(k) ? text : "–")),
    cellCounts ? count(cellCounts[k]) : "–",
    silent.has(k) ? "could not be found: no counts in the reference" : spark(sparkOf(context, k)),
  ]);
  const told = (k: number, text: string) => (isTold(k) ? text : "");
  const csv = [
    [
      "cell_type",
      "mean",
      "percentile_99",
      "spots_above_5_percent",
      "spots_above_25_percent",
      "largest_in",
      "reference_cells",
      ...(low ? ["present_in"] : []),
      ...(cells ? ["cells"] : []),
    ],
    ...order.map((k) => [
      csvCell(input.typeNames[k]),
      told(k, meanOf(context, k).toPrecision(5)),
      told(k, quantileOf(gathered, k, 0.99).toPrecision(3)),
      told(k, `${gathered.above5[k]}`),
      told(k, `${gathered.above25[k]}`),
      told(k, `${gathered.dominantIn[k]}`),
      cellCounts ? `${cellCounts[k]}` : "",
      ...(low ? [told(k, `${low.above[k]}`)] : []),
      ...(cells ? [told(k, cells[k].toPrecision(6))] : []),
    ]),
  ];
  const text = escaped(csv.map((row) => row.join(",")).join("\u0000")).replaceAll("\\u0000", "\n");
  const kind = isOfCells(input)
    ? "<p>Shares of cells.</p>"
    : "<p>Shares of RNA: a type whose cells hold much of it counts for more than its cells.</p>";
  return `${kind}${cellsTold(context)}${levelsTold(context)}${table("Amounts of cell types", head, rows)}<details><summary>The same as CSV</summary><pre class="scroll" tabindex="0" aria-label="Amounts as CSV">${text}</pre></details>`;
}

/** What numbers of cells rest on. */
function cellsTold({ input, cells }: Context): string {
  if (cells === undefined) return "";
  const { cells_per_spot: perSpot } = input.parameters;
  const given =
    typeof perSpot === "number"
      ? `${shortNumber(perSpot)} in each spot, as the run was told`
      : "as many in each spot as a column of the section says";
  return `<p>Cells: ${given}, divided as its shares of cells are. They are expectations, not cells that were seen.</p>`;
}

/** Mean shares at each level of a hierarchy above the types. */
function levelsTold(context: Context): string {
  const { input, gathered, order, colors } = context;
  const levels = levelsIn(input);
  if (levels.length === 0 || gathered.answered === 0) return "";
  const tables = levels.map(({ name, groups, groupOf }) => {
    const members = groups.map((_, group) => order.filter((k) => groupOf[k] === group));
    const means = members.map((types) => types.reduce((sum, k) => sum + meanOf(context, k), 0));
    const places = [...groups.keys()].sort((a, b) => means[b] - means[a] || a - b);
    return { name, groups, groupOf, members, means, places };
  });
  // Types of a group lie side by side, so that the bars of all levels are divided at the same places.
  const ranks = tables.map(({ groupOf, places }) => groupOf.map((group) => places.indexOf(group))).reverse();
  const nested = [...order].sort((a, b) => {
    const rank = ranks.find((one) => one[a] !== one[b]);
    return rank === undefined ? order.indexOf(a) - order.indexOf(b) : rank[a] - rank[b];
  });
  const bars = tables.map(({ name, means, members, groupOf }) => ({
    name,
    shares: nested.map((k) => (members[groupOf[k]][0] === k ? means[groupOf[k]] : 0)),
  }));
  const types = { name: "cell types", shares: nested.map((k) => meanOf(context, k)) };
  const chart = stackedBars(
    `Mean shares at each level: ${tables.map(({ name }) => name).join(", ")}; in numbers below`,
    [...bars.reverse(), types],
    nested.map((k) => colors[k]),
  );
  const numbers = tables.map(({ name, groups, members, means, places }) =>
    table(
      `Mean shares by ${escaped(name)}`,
      [escaped(name), "mean", "cell types"],
      places.map((group) => [
        `${swatch(colors[members[group][0]])} ${nameText(groups[group])}`,
        percent(means[group]),
        listed(
          members[group].map((k) => input.typeNames[k]),
          MOST_MEMBERS,
        ),
      ]),
    ),
  );
  return `<h3>By level</h3><figure>${chart}<figcaption>A group has the colour of its most abundant type.</figcaption></figure>${numbers.join("")}<h3>By cell type</h3>`;
}

/** Spots with a little share fill the first bin; it is left out. */
function sparkOf({ gathered }: Context, type: number): number[] {
  const bins = new Array<number>(SPARK_BINS).fill(0);
  for (let bin = 1; bin < BIN_COUNT; bin++) {
    const to = Math.floor((bin * SPARK_BINS) / BIN_COUNT);
    if (to > 0) bins[to] += gathered.histograms[type * BIN_COUNT + bin];
  }
  return bins;
}

/** A spreadsheet runs what begins like a formula: an apostrophe comes before it. */
function csvCell(name: string): string {
  const safe = /^[=+\-@\t\r\n']/.test(name) ? `'${name}` : name;
  return /[",;\s]/.test(safe) ? `"${shown(safe).replaceAll('"', '""')}"` : safe;
}
