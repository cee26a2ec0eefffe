import { markdownTable } from "../markdown-table.mjs";

const COLUMNS = ["section", "all", "estimates above .02", "false presence", "recall", "mean width"];

/** A table of how often intervals hold the truth, one for each run of the benchmark. */
export function renderIntervals(runs) {
  return runs
    .map(({ name, made, commit, broken, results }) => {
      const rows = results.map(({ name: section, mean, leastAbove, seeds }) => [
        leastAbove === undefined ? section : `${section} (at least ${digits(leastAbove, 2)})`,
        spread(seeds, mean, "coverage"),
        spread(seeds, mean, "coverage_above"),
        digits(mean.false_presence, 3),
        digits(mean.presence_recall, 2),
        digits(mean.mean_width, 3),
      ]);
      const bars = broken.length === 0 ? "All bars are met." : `Not met: ${broken.join("; ")}.`;
      return `\`${name}\`: ${made.slice(0, 10)}, commit ${commit.slice(0, 9)}. ${bars}\n\n${markdownTable(COLUMNS, rows)}`;
    })
    .join("\n\n");
}

function spread(seeds, mean, what) {
  const all = seeds.map((one) => one[what]);
  const range = `${digits(Math.min(...all), 2)}-${digits(Math.max(...all), 2)}`;
  return seeds.length > 1 ? `${digits(mean[what], 3)} (${range})` : digits(mean[what], 3);
}

const digits = (value, places) => value.toFixed(places).replace(/^0/, "");
