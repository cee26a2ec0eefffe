import { markdownTable } from "../markdown-table.mjs";

/** Tables of all accuracy results, group by group. Deterministic: only the results' content and order matter. */
export function renderAccuracy(results) {
  if (results.length === 0) return "No results yet.\n";
  return results.map((result) => renderGroup(result, latestWithPeers(results) === result)).join("\n");
}

/** Published predictions are shown once, beside the latest result. */
function latestWithPeers(results) {
  const having = results.filter(({ sets }) => sets.some(({ peers }) => peers.length > 0));
  return having.reduce((latest, one) => (latest?.made > one.made ? latest : one), undefined);
}

function renderGroup(result, showsPeers) {
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
    ...sets.filter(({ peers }) => showsPeers && peers.length > 0).flatMap(renderPeers),
    ...(withRegret.length > 0 ? renderRegret(withRegret) : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

function scoresOf({ scores, converged }) {
  const { mean_pearson_per_type: mean, pearson, rmse } = scores;
  return `${three(mean)}/${three(pearson)}/${four(rmse)}${converged === false ? " (not converged)" : ""}`;
}

/** A row per section and a column per method; of a single method a row per kind and a column per depth. */
function table(sets, cell, withSpread = false) {
  const names = sets[0].methods.map(({ name }) => name);
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
  const most = Math.max(...rows.map(({ scores }) => scores.spot_count));
  const spots = ({ spot_count: count }) => (count < most ? ` (${count} of ${most} spots)` : "");
  return [
    `Other methods on ${name}, as published with the data; the last figure is the Jensen-Shannon divergence in nats:`,
    markdownTable(
      ["method", "scores"],
      rows.map(({ name: method, scores }) => [
        `${method}${spots(scores)}`,
        `${scoresOf({ scores })}/${three(scores.jensen_shannon_divergence)}`,
      ]),
    ),
  ];
}

/** Where a method of counts loses enough to see: all of it is in the files. */
function renderRegret(sets) {
  const names = ["weighted", "refined", "poisson"].filter((name) =>
    sets[0].methods.some((one) => one.name === name && one.regret),
  );
  const regretOf = (set, wanted) => set.methods.find(({ name }) => name === wanted).regret;
  const isSeen = ({ pearson, pooled_pearson: pooled = 0, rmse_share: rmse }) =>
    pearson >= 0.005 || pooled >= 0.005 || rmse >= 0.01;
  const seen = sets.filter((set) => names.some((name) => isSeen(regretOf(set, name))));
  const steps = sets[0].curves
    .filter(({ family }) => names.includes(family))
    .map(({ family, points }) => `${points.length} strengths of ${family}`);
  if (names.length === 0) return [];
  const told = `Regret of at least .005 or 1 %, against the best of ${steps.join(", ")}, in ${seen.length} of ${sets.length} sections`;
  if (seen.length === 0) return [`${told}.`];
  return [
    `${told}:`,
    markdownTable(
      ["section", ...names],
      seen.map((set) => [
        set.name,
        ...names.map((name) => {
          const { pearson, pooled_pearson: pooled, rmse_share: rmse } = regretOf(set, name);
          // Results of earlier versions have no regret of the pooled figure.
          return [three(pearson), ...(pooled === undefined ? [] : [three(pooled)]), percent(rmse)].join("/");
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
  return (100 * share).toFixed(1);
}
