import { ALIKE, alikePairs, type Context, FEW_CELLS } from "../context.js";
import { heatMap, stackedBars } from "../page/charts.js";
import { count, escaped, listed, nameText, percent, table } from "../page/text.js";

const MOST_REGIONS = 40;
const MOST_HEAT = 60;
const LEAST_CORRELATION = 0.1;

/** Mean composition of each region of each column of annotation. */
export function byRegion(context: Context): string {
  const { input, gathered, order, colors } = context;
  const { regions = [], typeNames } = input;
  if (regions.length === 0) return "<p>This result's spots carry no annotation such as tissue regions.</p>";
  return regions
    .map(({ name, categories }, i) => {
      const { sums, counts } = gathered.regions[i];
      const rows = categories
        .map((category, code) => ({ name: category, code, spots: counts[code] }))
        .filter(({ spots }) => spots > 0)
        .sort((a, b) => b.spots - a.spots);
      const some = rows.slice(0, MOST_REGIONS).map((row) => ({
        ...row,
        shares: order.map((k) => sums[row.code * typeNames.length + k] / row.spots),
      }));
      const more =
        rows.length > some.length
          ? `<p>${count(rows.length - some.length)} smaller ones are left out.</p>`
          : "";
      const top = order.slice(0, 8);
      const numbers = table(
        `Mean shares by ${escaped(name)}`,
        [escaped(name), "spots", ...top.map((k) => nameText(typeNames[k]))],
        some.map(({ name: category, spots, shares }) => [
          nameText(category),
          count(spots),
          ...shares.slice(0, 8).map(percent),
        ]),
      );
      const chart = stackedBars(
        `Mean shares of types by ${name}, in the colours of the legend`,
        some,
        order.map((k) => colors[k]),
      );
      return `<h3>${escaped(name)}</h3><figure>${chart}<figcaption>In the colours of the legend, the most abundant type first; at the end how many spots.</figcaption></figure>${numbers}${more}`;
    })
    .join("");
}

/** Correlations of types over spots. */
export function together(context: Context): string {
  const { gathered, input, order } = context;
  const { typeNames } = input;
  const width = typeNames.length;
  if (width < 2 || gathered.answered < 3) return "<p>There are too few types or spots to compare.</p>";
  const some = order.slice(0, MOST_HEAT);
  const values = some.flatMap((a) => some.map((b) => gathered.correlations[a * width + b]));
  const alike = new Set(
    alikePairs(context)
      .filter(({ cosine }) => cosine >= ALIKE)
      .map(({ a, b }) => a * width + b),
  );
  const pairs = order
    .flatMap((a, i) => order.slice(0, i).map((b) => ({ a, b, value: gathered.correlations[a * width + b] })))
    .filter(({ value }) => Math.abs(value) >= LEAST_CORRELATION)
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value))
    .slice(0, 10);
  const rows = pairs.map(({ a, b, value }) => {
    const isAlike = value < 0 && (alike.has(a * width + b) || alike.has(b * width + a));
    return [
      `${nameText(typeNames[a])} – ${nameText(typeNames[b])}`,
      value.toFixed(2),
      isAlike ? "signatures alike: may be one type split in two" : value > 0 ? "together" : "apart",
    ];
  });
  const names = some.map((k) => typeNames[k]);
  const chart = heatMap(
    "Correlations of types over spots; the strongest are in the table below",
    names,
    values,
  );
  const few = some.length < width ? ` Only the ${count(some.length)} most abundant.` : "";
  return (
    `<figure>${chart}<figcaption>Correlation of shares over spots: blue together, orange apart. Shares sum to 1, so types push each other down a little by that alone.${few}</figcaption></figure>` +
    (rows.length
      ? table("Strongest pairs", ["types", "correlation", ""], rows).replace(
          '<th scope="col"></th>',
          '<th scope="col">remark</th>',
        )
      : "<p>No two types are correlated by 0.1 or more.</p>")
  );
}

/** What the reference is made of, and which types look alike in it. */
export function reference(context: Context): string {
  const { input, order } = context;
  const { typeNames, signature } = input;
  const pairs = alikePairs(context);
  const { cellCounts } = signature ?? {};
  if (cellCounts === undefined && pairs.length === 0)
    return "<p>This result says nothing about its reference.</p>";
  const rows = order.map((k) => {
    const nearest = pairs.find(({ a, b }) => a === k || b === k);
    const other = nearest && (nearest.a === k ? nearest.b : nearest.a);
    const cells = cellCounts ? count(cellCounts[k]) + (cellCounts[k] < FEW_CELLS ? " (few)" : "") : "–";
    return [
      nameText(typeNames[k]),
      cells,
      other === undefined ? "–" : nameText(typeNames[other]),
      nearest ? nearest.cosine.toFixed(3) : "–",
    ];
  });
  const silent = input.parameters.silent_types;
  const none =
    Array.isArray(silent) && silent.length > 0
      ? `<p>Without counts in the genes in use: ${listed(silent.map(String))}.</p>`
      : "";
  return `${table("Types of the reference", ["cell type", "cells", "most alike", "cosine"], rows)}<p>Cosine of the signatures, on the solver's scale: near 1 the two are hard to tell apart. Confusion at this section's depth was not simulated.</p>${none}`;
}
