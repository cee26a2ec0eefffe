import { counted, percent } from "@flashdeconv/core/internal";
import { type Context, intervalsOf } from "../context.js";
import { type IntervalWidths, WIDTH_BINS, widthQuantile } from "../gather-intervals.js";
import { histogram } from "../page/charts.js";
import { nameText, table } from "../page/text.js";

const BARS = 64;

/** What intervals are, how wide they are, and what they leave open; nothing where the result has none. */
export function intervalsTold({ input, gathered, low, order, silent, doubts }: Context): string {
  if (low === undefined || gathered.answered === 0) return "";
  const above = percent(intervalsOf(input).presentAbove);
  const whose = order.every(doubts.isDoubtful) ? "Here" : "Of some types";
  const doubt = order.some(doubts.isDoubtful)
    ? ` ${whose} that is in doubt, and they may be too narrow: 1 says why.`
    : "";
  const meaning = `<p>Each type in each spot has an interval, from a lower to an upper bound. 90 % of intervals hold the truth if the reference is right.${doubt} Present: the lower bound is above ${above}. Open: only the upper bound is. Else the type has less than ${above}.</p>`;
  const { widths } = low;
  const share = (spots: number) => percent(spots / gathered.answered);
  const rows = order
    .filter((k) => !silent.has(k))
    .map((k) => [
      nameText(input.typeNames[k]),
      ...(widths
        ? [percent(widthQuantile(widths.histograms.subarray(k * WIDTH_BINS, (k + 1) * WIDTH_BINS), 0.5))]
        : []),
      share(low.above[k]),
      ...(widths ? [share(widths.open[k])] : []),
    ]);
  const head = [
    "cell type",
    ...(widths ? ["median width"] : []),
    "present in",
    ...(widths ? ["open in"] : []),
  ];
  const told = table("Intervals by type, over spots with an answer", head, rows);
  return `<h3>Intervals</h3>${meaning}${told}${widths ? reaching(widths, above) : ""}<h3>Spots</h3>`;
}

/** How wide the intervals are that say more than "not here". */
function reaching({ reaching: bins }: IntervalWidths, above: string): string {
  const count = bins.reduce((sum, one) => sum + one, 0);
  if (count === 0) return `<p>No interval reaches above ${above}.</p>`;
  const [median, most] = [widthQuantile(bins, 0.5), widthQuantile(bins, 0.9)];
  const bars = Float64Array.from({ length: BARS }, (_, bar) => {
    const size = WIDTH_BINS / BARS;
    return bins.subarray(bar * size, (bar + 1) * size).reduce((sum, one) => sum + one, 0);
  });
  const chart = histogram(`Widths of intervals that reach above ${above}: median ${percent(median)}`, bars, [
    "0 %",
    "100 %",
  ]);
  return `<figure>${chart}<figcaption>Widths of the ${counted(count, "interval")} that reach above ${above}: half are narrower than ${percent(median)}, one in ten is wider than ${percent(most)}.</figcaption></figure>`;
}
