import type { SmoothingTrial } from "./held-out-trial.js";

/** Trials of several sections as one: a strength is judged by the losses of all their spots. */
export function joinTrials(trials: readonly SmoothingTrial[]): SmoothingTrial {
  const spotCount = trials.reduce((sum, trial) => sum + trial.spotCount, 0);
  const [{ candidates, shrinkages }] = trials;
  const joined = async (lossesOf: (trial: SmoothingTrial) => Promise<Float64Array>) => {
    const losses = new Float64Array(spotCount);
    let start = 0;
    for (const trial of trials) {
      losses.set(await lossesOf(trial), start);
      start += trial.spotCount;
    }
    return losses;
  };
  return {
    spotCount,
    candidates,
    shrinkages,
    lossesOf: (strengths, judging) => joined((trial) => trial.lossesOf(strengths, judging)),
    lossesWhenShuffled: (strengths) => joined((trial) => trial.lossesWhenShuffled(strengths)),
    async lossOfTruth(judging) {
      let sum = 0;
      for (const trial of trials) sum += trial.spotCount * (await trial.lossOfTruth(judging));
      return sum / spotCount;
    },
  };
}
