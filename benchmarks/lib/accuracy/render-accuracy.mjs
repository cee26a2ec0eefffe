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
    table(sets, scoresOf, true),
    ...(rare.length > 0
      ? ["AUPR of the rare type:", table(rare, ({ scores }) => three(scores.rare_type_aupr))]
      : []),
    ...sets.filter(({ peers }) => peers.length > 0).flatMap(renderPeers),
    ...(withRegret.length > 0 ? renderRegret(withRegret) : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function scoresOf({ scores, converged }) {
  const { mean_pearson_per_type: mean, pearson, rmse } = scores;
  return `${three(mean)}/${three(pearson)}/${four(rmse)}${converged === false ? " (not converged)" : ""}`;
}

/** A row per section and a column per method; of a single method a row per kind and a column per depth. */
function table(sets, cell, withSpread = false, names = sets[0].methods.map(({ name }) => name)) {
  const hasSpread = withSpread && sets.some(({ seeds }) => seeds.length > 1);
  const spreadOf = ({ seeds, methods }) => (seeds.length > 1 ? three(methods[0].spread) : "-");
  const cellOf = (set, wanted) => cell(set.methods.find(({ name }) => name === wanted));
  const places = sets.map(({ name }) => /^(.+), (depth [\d,]+)$/.exec(name)?.slice(1));
  if (names.length > 1 || !places.every(Boolean)) {
    return markdownTable(
      ["section", ...names, ...(hasSpread ? ["spread"] : [])],
      sets.map((set) => [
        set.name,
        ...names.map((name) => cellOf(set, name)),
        ...(hasSpread ? [spreadOf(set)] : []),
      ]),
    );
  }
  const depths = [...new Set(places.map(([, depth]) => depth))];
  depths.sort((a, b) => depthIn(a) - depthIn(b));
  const kinds = [...new Set(places.map(([kind]) => kind))];
  const at = (kind, depth) => {
    const set = sets.find(({ name }) => name === `${kind}, ${depth}`);
    return set ? cellOf(set, names[0]) + (hasSpread ? `/${spreadOf(set)}` : "") : "-";
  };
  return markdownTable(
    [names[0], ...depths],
    kinds.map((kind) => [kind, ...depths.map((depth) => at(kind, depth))]),
  );
}

function depthIn(text) {
  return Number(text.replace(/\D/g, ""));
}

function renderPeers({ name, peers, methods }) {
  const rows = [...peers, ...methods.map((method) => ({ ...method, name: `**${method.name}**` }))];
  rows.sort((a, b) => b.scores.pearson - a.scores.pearson);
  return [
    `Other methods on ${name}, as published with the data:`,
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
  const steps = sets[0].curves.map(({ family, points }) => `${points.length} strengths of ${family}`);
  return [
    `Regret against the best of ${steps.join(", ")}:`,
    table(sets, ({ regret }) => `${three(regret.pearson)}/${percent(regret.rmse_share)}`, false, names),
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
  return (100 * share).toFixed(1);
}
