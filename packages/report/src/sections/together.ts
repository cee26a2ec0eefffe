import { count, percent } from "@flashdeconv/core/internal";
import { confusionIn } from "../confusion.js";
import { ALIKE, alikePairs, type Context } from "../context.js";
import { heatMap, stackedBars } from "../page/charts.js";
import { escaped, nameText, table } from "../page/text.js";

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
  const mistaken = mistakenIn(context);
  const pairs = order
    .flatMap((a, i) => order.slice(0, i).map((b) => ({ a, b, value: gathered.correlations[a * width + b] })))
    .filter(({ value }) => Math.abs(value) >= LEAST_CORRELATION)
    .sort((one, other) => Math.abs(other.value) - Math.abs(one.value))
    .slice(0, 10);
  const rows = pairs.map(({ a, b, value }) => {
    const why = mistaken.get(a * width + b) ?? mistaken.get(b * width + a);
    const apart = why === undefined ? "apart" : `${why}: may be one type split in two`;
    return [
      `${nameText(typeNames[a])} – ${nameText(typeNames[b])}`,
      value.toFixed(2),
      value > 0 ? "together" : apart,
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

/** Pairs of types (a K + b) that the reference cannot tell apart well, and why that is thought. */
function mistakenIn(context: Context): ReadonlyMap<number, string> {
  const width = context.input.typeNames.length;
  const alike = alikePairs(context).filter(({ cosine }) => cosine >= ALIKE);
  return new Map([
    ...alike.map(({ a, b }) => [a * width + b, "signatures alike"] as const),
    ...(confusionIn(context.input)?.pairs ?? []).map(
      ({ a, b, share }) => [a * width + b, `mistaken for each other, ${share.toFixed(2)}`] as const,
    ),
  ]);
}
