import { markdownTable } from "./markdown-table.mjs";

/** Stages of a section beside one run of it. */
export function stages(results) {
  const percent = (share) => `${(100 * share).toFixed(0)} %`;
  return markdownTable(
    [
      ...["result", "spots", "pieces", "workers of run/pieces", "run CPU s", "stages CPU s"],
      ...["processes", "their starts CPU s", "overhead without starts"],
      ...["peak/planned memory", "bits"],
    ],
    results.map(({ name, data, options, summary }) => [
      `\`${name}\``,
      data.spots.toLocaleString("en-US"),
      options.pieces,
      `${options.workers}/${options.piece_workers}`,
      summary.run_cpu_seconds.toFixed(0),
      summary.stages_cpu_seconds.toFixed(0),
      summary.processes,
      summary.start_cpu_seconds.toFixed(0),
      percent(summary.overhead),
      percent(summary.peak_to_planned),
      summary.same_bits ? "the same" : "**others**",
    ]),
  );
}

function nameOf({ spots, sections }) {
  const bins = `${(spots / 1e6).toLocaleString("en-US")} M`;
  return sections === 1 ? bins : `${sections} sections of ${bins}`;
}

/** The plan for clusters of several sizes, a row for each section. */
export function clusterPlan(results) {
  if (results.length === 0) return "No plan yet.\n";
  const [{ rows, checks, settings }] = results;
  const counts = [...new Set(rows.map(({ nodes }) => nodes))];
  const table = markdownTable(
    [
      "bins",
      "CPU hours",
      "TB moved",
      ...counts.map((nodes) => `hours on ${nodes} node${nodes === 1 ? "" : "s"}`),
    ],
    [...new Set(rows.map(nameOf))].map((name) => {
      const own = rows.filter((row) => nameOf(row) === name);
      return [
        name,
        own[0].cpu_hours.toFixed(1),
        (own[0].moved_bytes / 1e12).toPrecision(2),
        ...own.map(({ hours }) => `${(hours.passes + hours.alone).toFixed(2)} (${hours.alone.toFixed(2)})`),
      ];
    }),
  );
  const checked = checks.map(
    ({ spots, pieces, planned_to_measured: ratio }) =>
      `${(spots / 1e6).toLocaleString("en-US")} M in ${pieces} pieces ${ratio.toFixed(2)}`,
  );
  const about = `${settings.values_per_spot} values a bin, 20 types, nodes of ${settings.cores_of_node} cores; in brackets the stages of one process.`;
  return `${table}\n\n${about} Planned CPU / [measured](../benchmarks/README.md#in-stages): ${checked.join(", ")}; the rates come from the first and the last of these.\n`;
}
