import { markdownTable } from "../markdown-table.mjs";

/** Tables of all accuracy results, group by group. Deterministic: only the results' content and order matter. */
export function renderAccuracy(results) {
  return results.length === 0 ? "No results yet.\n" : results.map(renderGroup).join("\n");
}

function renderGroup(result) {
  const { group, sets, unknown_methods: unknown } = result;
  const rare = sets.filter(({ methods }) => methods[0].scores.rare_type_aupr !== undefined);
  const withRegret = sets.filter(({ methods }) => methods.some((method) => method.regret));
  const parts = [
    `### Group: ${group}`,
    describe(result),
    ...(unknown.length > 0 ? [`Not in this build: ${unknown.join("; ")}.`] : []),
    "Pearson, mean of types / Pearson, all values / RMSE; mean over the seeds. Spread: of the first figure of the first method over the seeds.",
    table(
      sets,
      "section",
      (scores) =>
        [scores.mean_pearson_per_type, scores.pearson].map(three).concat(four(scores.rmse)).join(" / "),
      true,
    ),
    ...(rare.length > 0
      ? [
          "Average precision (AUPR) for the rare type.",
          table(rare, "section", (scores) => three(scores.rare_type_aupr)),
        ]
      : []),
    ...sets.filter(({ peers }) => peers.length > 0).flatMap(renderPeers),
    ...(withRegret.length > 0 ? renderRegret(withRegret) : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function table(sets, corner, cell, withSpread = false) {
  const names = sets[0].methods.map(({ name }) => name);
  return markdownTable(
    [corner, ...names, ...(withSpread ? ["spread"] : [])],
    sets.map(({ name, seeds, methods }) => [
      name,
      ...methods.map(
        ({ scores, converged }) => `${cell(scores)}${converged === false ? " (not converged)" : ""}`,
      ),
      ...(withSpread ? [seeds.length > 1 ? three(methods[0].spread) : "-"] : []),
    ]),
  );
}

function renderPeers({ name, peers, methods }) {
  const rows = [...peers, ...methods.map((method) => ({ ...method, name: `**${method.name}**` }))];
  rows.sort((a, b) => b.scores.pearson - a.scores.pearson);
  return [
    `Peers on ${name}: the predictions their authors' programs made, as published with the data.`,
    markdownTable(
      ["method", "spots", "Pearson, all values", "Pearson, mean of types", "RMSE", "JSD, nats"],
      rows.map(({ name: method, scores }) => [
        method,
        scores.spot_count,
        three(scores.pearson),
        three(scores.mean_pearson_per_type),
        four(scores.rmse),
        three(scores.jensen_shannon_divergence),
      ]),
    ),
  ];
}

function renderRegret(sets) {
  const names = sets[0].methods.filter(({ regret }) => regret).map(({ name }) => name);
  const steps = sets[0].curves.map(({ family, steps_are: are, points }) => {
    const first = `${family}: ${points.map(({ step }) => step).join(", ")}`;
    return are === "strengths" ? first : `${first} (${are})`;
  });
  return [
    `What choosing the strength without the truth costs in the worst seed: Pearson (mean of types) lost / RMSE gained against the best of the strengths tried (${steps.join("; ")}), over the spots that all strengths answer.`,
    markdownTable(
      ["section", ...names],
      sets.map(({ name, methods }) => [
        name,
        ...names.map((wanted) => {
          const { regret } = methods.find((method) => method.name === wanted);
          return `${three(regret.pearson)} / ${percent(regret.rmse_share)}`;
        }),
      ]),
    ),
  ];
}

/** Machine apart (accuracy does not depend on it): day, commit and how long it took. */
function describe({ name, made, commit, uncommitted_changes: changed, wall_seconds: seconds }) {
  const code = `commit ${commit.slice(0, 9)}${changed ? " with changes" : ""}`;
  return `\`${name}\`: ${made.slice(0, 10)}, ${code}, ${Math.round(seconds / 60)} minutes.`;
}

function three(value) {
  return value === null || value === undefined ? "-" : value.toFixed(3);
}

function four(value) {
  return value.toFixed(4);
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
