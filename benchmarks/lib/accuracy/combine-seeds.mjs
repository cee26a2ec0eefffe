/**
 * Means over the seeds of a set, and the regret of each method that chose its own strength: how far it is below the
 * best strength by truth (of the family's and its own), seed by seed; the greatest counts.
 */
export function combineSeeds(runs) {
  const [first] = runs;
  return {
    seeds: runs.map(({ seed }) => seed).filter((seed) => seed !== undefined),
    methods: first.methods.map(({ name, family }, at) => {
      const taken = runs.map(({ methods }) => methods[at]);
      return {
        name,
        strengths: taken.map(({ strength }) => strength),
        converged: taken.every(({ converged }) => converged),
        scores: meanScores(taken.map(({ scores }) => scores)),
        spread: spread(taken.map(({ scores }) => scores.mean_pearson_per_type)),
        regret: worst(
          runs.map(({ curves }, run) => regret(taken[run], curveOf(curves, family))).filter(Boolean),
        ),
      };
    }),
    curves: first.curves.map(({ family, option, steps_are: stepsAre, points }, at) => ({
      family,
      option,
      steps_are: stepsAre,
      points: points.map(({ step }, point) => {
        const taken = runs.map(({ curves }) => curves[at].points[point]);
        return { step, scores: meanScores(taken.map(({ scores }) => scores)) };
      }),
    })),
    peers: first.peers.map(({ name }, at) => ({
      name,
      scores: meanScores(runs.map(({ peers }) => peers[at].scores)),
    })),
  };
}

function curveOf(curves, family) {
  return family === undefined ? undefined : curves.find((curve) => curve.family === family);
}

/** Pearson lost, per type and pooled, and RMSE gained as a share, against the best by truth; and which strength that was. */
function regret({ shared_scores: scores, strength }, curve) {
  if (curve === undefined) return undefined;
  const all = [{ scores, strength }, ...curve.points];
  const byPearson = all.reduce((best, point) =>
    point.scores.mean_pearson_per_type > best.scores.mean_pearson_per_type ? point : best,
  );
  const pooled = Math.max(...all.map((point) => point.scores.pearson));
  const byRmse = all.reduce((best, point) => (point.scores.rmse < best.scores.rmse ? point : best));
  return {
    pearson: byPearson.scores.mean_pearson_per_type - scores.mean_pearson_per_type,
    pooled_pearson: pooled - scores.pearson,
    rmse_share: scores.rmse / byRmse.scores.rmse - 1,
    best_by_pearson: byPearson.strength,
    best_by_rmse: byRmse.strength,
  };
}

function worst(regrets) {
  if (regrets.length === 0) return undefined;
  return {
    pearson: Math.max(...regrets.map(({ pearson }) => pearson)),
    pooled_pearson: Math.max(...regrets.map((one) => one.pooled_pearson)),
    rmse_share: Math.max(...regrets.map((one) => one.rmse_share)),
    best_by_pearson: regrets.map((one) => one.best_by_pearson),
    best_by_rmse: regrets.map((one) => one.best_by_rmse),
  };
}

/** A score that is not defined (null) for some seed is left out of the mean. */
function meanScores(list) {
  return Object.fromEntries(
    Object.keys(list[0]).map((name) => [name, mean(list.map((scores) => scores[name]))]),
  );
}

function mean(values) {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0 ? null : defined.reduce((sum, value) => sum + value, 0) / defined.length;
}

/** Greatest minus smallest over the seeds: differences of methods below it are noise. */
function spread(values) {
  return Math.max(...values) - Math.min(...values);
}
