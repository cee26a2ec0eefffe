import { markdownTable } from "../markdown-table.mjs";

/** A table of how well spots of a removed type are found, and what a sound reference leaves. */
export function renderUnexplained(runs) {
  return runs
    .map(({ name, made, commit, results, broken }) => {
      const rows = results.map((set) => [
        set.name,
        digits(set.auc),
        set.types.map(({ auc, isFound }) => (isFound ? digits(auc) : "none")).join(", "),
        set.sound ? `sd ${set.sound.deviation.toFixed(1)}, ${percent(set.sound.above4)} above 4` : "none",
      ]);
      const bars = broken.length === 0 ? "All bars are met." : `Not met: ${broken.join("; ")}.`;
      const head = ["section", "mean AUC", "of each removed type", "with its own reference"];
      return `\`${name}\`: ${made.slice(0, 10)}, commit ${commit.slice(0, 9)}. ${bars}\n\n${markdownTable(head, rows)}`;
    })
    .join("\n\n");
}

const digits = (value) => value.toFixed(2).replace(/^0/, "");
const percent = (share) => `${(100 * share).toFixed(1)}%`;
