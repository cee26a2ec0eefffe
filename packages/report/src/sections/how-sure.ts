import { percent, shortNumber } from "@flashdeconv/core/internal";
import { type Context, quantile } from "../context.js";
import { amountDrawing, type Canvas } from "../drawing.js";
import { imgHtml, mapFigure, mapHtml, numberScale, packWithin, rampSvg } from "../figures.js";
import { histogram } from "../page/charts.js";
import { escaped } from "../page/text.js";
import { mismatchIn } from "../report-input.js";
import { intervalsTold } from "./intervals.js";
import { classTable } from "./set-classes.js";
import { resolvedTable, statusTable } from "./spot-groups.js";

const BINS = 40;
const MOST_MEASURE_BYTES = 130_000;

interface Measure {
  readonly title: string;
  readonly explains: string;
  readonly values: ArrayLike<number>;
  /** Ends of the scale; the 99th percentile is the upper one by default. */
  readonly ends?: readonly [number, number];
}

/** Maps and histograms of what says how much to trust a spot, and what its status means. */
export async function howSure(context: Context): Promise<string> {
  const { gathered, input } = context;
  const named = (input.measures ?? []).filter(({ name }) => name !== "unexplained");
  const isMismatch = mismatchIn(input);
  const measures: Measure[] = [
    {
      title: "share of the largest type",
      explains: "Near 100 %: one type. Low: a mixture, or too few counts to tell.",
      values: gathered.topShare,
      ends: [0, 1],
    },
    {
      title: "effective number of types",
      explains: "1 / sum of squared shares: 1 for a pure spot, more for mixtures.",
      values: gathered.effective,
    },
    ...(input.counts
      ? [
          {
            title: "counts",
            explains: "Raw counts over the genes in use: what the answer rests on.",
            values: input.counts,
          },
        ]
      : []),
    ...named.map(({ name, values }) => ({
      title: name,
      explains: EXPLAINED[name] ?? "As the result has it.",
      // Of the answer, so nothing is said of it where the reference does not describe the spot.
      values:
        gathered.mismatched > 0
          ? Float64Array.from(values, (value, spot) => (isMismatch(spot) ? Number.NaN : value))
          : values,
    })),
  ];
  const parts: string[] = [];
  for (const measure of measures) parts.push(await measured(context, measure));
  const tables = [await statusTable(context), classTable(context), await resolvedTable(context)];
  return `${intervalsTold(context)}<div class="maps">${parts.join("\n")}</div>${tables.join("")}`;
}

const EXPLAINED: Readonly<Record<string, string>> = {
  entropy: "Of the shares: 0 for a pure spot, more for mixtures.",
  class_score: "By how much the spot's set of types is likelier than the second best (natural logarithm).",
};

/** One measure: a map, a histogram, what it means. */
export async function measured({ canvas, gathered, figures }: Context, measure: Measure): Promise<string> {
  const { title, explains, values } = measure;
  const [low, high] = measure.ends ?? [0, quantile(values, 0.99) || 1];
  const median = quantile(values, 0.5);
  const bins = binsOf(values, gathered.spotCount, [low, high]);
  const ends = measure.ends ? ([percent(low), percent(high)] as const) : numberScale(low, high);
  const told = measure.ends ? percent(median) : shortNumber(median);
  const chart = histogram(`Histogram of ${title}: median ${told}`, bins, ends);
  const map =
    canvas === undefined
      ? ""
      : await mapOf(canvas, { ...measure, ends: [low, high] }, { told, ends, figures });
  return `<figure><h3>${escaped(title)}</h3>${map}${chart}<figcaption>${escaped(explains)} Median ${told}.</figcaption></figure>`;
}

/** How many values are in each of equal parts of a range, those beyond it in the last. */
function binsOf(
  values: ArrayLike<number>,
  count: number,
  [low, high]: readonly [number, number],
): Float64Array {
  const bins = new Float64Array(BINS);
  for (let spot = 0; spot < count; spot++) {
    const value = values[spot];
    if (Number.isNaN(value)) continue;
    const share = high > low ? (value - low) / (high - low) : 0;
    bins[Math.max(0, Math.min(BINS - 1, Math.floor(share * BINS)))]++;
  }
  return bins;
}

async function mapOf(
  canvas: Canvas,
  { title, values, ends }: Measure & { readonly ends: readonly [number, number] },
  {
    told,
    ends: texts,
    figures,
  }: {
    readonly told: string;
    readonly ends: readonly [string, string];
    readonly figures: Context["figures"];
  },
): Promise<string> {
  const { small } = canvas;
  const sums = new Float64Array(small.siteCount);
  const counts = new Float64Array(small.siteCount);
  for (let spot = 0; spot < values.length; spot++) {
    if (Number.isNaN(values[spot])) continue;
    const site = small.siteOf(spot);
    sums[site] += values[spot];
    counts[site]++;
  }
  const drawing = amountDrawing(canvas, { sums, counts, width: 1, column: 0 }, ends);
  const figure = mapFigure(drawing, canvas, {
    title,
    label: `Map of ${title}: median ${told}`,
    legend: texts,
  });
  figures.push(figure);
  const ramp = `<div class="ramp"><svg viewBox="0 0 128 12" width="128" height="10" preserveAspectRatio="none" aria-hidden="true">${rampSvg(128)}</svg><span>${texts[0]}</span><span>${texts[1]}</span></div>`;
  if (canvas.isVector) return (await mapHtml(figure, canvas)) + ramp;
  const [{ image, png }] = await packWithin([drawing], MOST_MEASURE_BYTES);
  return imgHtml(png, image, figure.label) + ramp;
}
