import { markdownTable } from "../markdown-table.mjs";

const HEADER = [
  "section",
  "number and types right",
  "number right",
  "unlimited, above .1",
  "unlimited, best threshold",
  "AUC of the score",
  "singlet",
  "doublet certain",
  "doublet uncertain",
  "reject",
];

/** A table of how often sets are right, all of them and by class: of how many spots which share. */
export function renderSets(runs) {
  return runs
    .map(({ name, made, commit, results, broken }) => {
      const rows = results.map(({ name: section, right, size, unlimited, auc, classes }) => [
        section,
        ...[right, size, unlimited.usual, unlimited.right, auc].map(digits),
        ...HEADER.slice(6).map((one) => classCell(classes[one])),
      ]);
      const bars = broken.length === 0 ? "All bars are met." : `Not met: ${broken.join("; ")}.`;
      return `\`${name}\`: ${made.slice(0, 10)}, commit ${commit.slice(0, 9)}. ${bars}\n\n${markdownTable(HEADER, rows)}`;
    })
    .join("\n\n");
}

const digits = (value) => value.toFixed(3).replace(/^0/, "");

function classCell({ spot_count: spots, right_count: right } = {}) {
  return spots === undefined ? "-" : `${digits(right / spots)} of ${spots}`;
}
