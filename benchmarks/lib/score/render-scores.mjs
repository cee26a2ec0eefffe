import { markdownTable } from "../markdown-table.mjs";

const COLUMNS = {
  sound: "its own",
  permuted: "names permuted",
  half: "half of them",
  fifth: "a fifth",
  labels: "labels shuffled",
  largest_missing: "largest type missing",
};

/** A table of the scores of each section, for its own reference and for disturbed ones; the worst level of several. */
export function renderScores(runs) {
  return runs
    .map(({ name, made, commit, results, broken }) => {
      const rows = results.map((set) => [
        set.name,
        ...Object.keys(COLUMNS).map((which) => cell(set.scores[which])),
        foreign(set.scores),
      ]);
      const bars = broken.length === 0 ? "All bars are met." : `Not met: ${broken.join("; ")}.`;
      return `\`${name}\`: ${made.slice(0, 10)}, commit ${commit.slice(0, 9)}. ${bars}\n\n${markdownTable(["section", ...Object.values(COLUMNS), "other tissue"], rows)}`;
    })
    .join("\n\n");
}

const digits = (value) =>
  value === null || value === undefined ? "-" : value.toFixed(2).replace(/^(-?)0/, "$1");

function cell(found = []) {
  const [first] = found;
  if (first === undefined) return "-";
  if (first.level === "refused") return "refused";
  const levels = [...new Set(found.map(({ level }) => level))].join(", ");
  const all = found.map(({ explained }) => explained ?? 0);
  const [least, most] = [Math.min(...all), Math.max(...all)].map(digits);
  const share = first.explained === null ? "-" : least === most ? least : `${least}-${most}`;
  return `${levels} ${share}, ${digits(first.bulkCorrelation)}`;
}

/** Of references of other tissues how many have each level. */
function foreign(scores) {
  const levels = Object.keys(scores)
    .filter((which) => which.startsWith("of "))
    .map((which) => scores[which][0].level);
  const counts = ["refused", "red", "amber", "green"].map((level) => [
    level,
    levels.filter((one) => one === level).length,
  ]);
  return (
    counts
      .filter(([, count]) => count > 0)
      .map(([level, count]) => `${count} ${level}`)
      .join(", ") || "-"
  );
}
