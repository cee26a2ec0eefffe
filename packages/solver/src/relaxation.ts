/** Over-relaxation is kept below this: at 2 the sweep no longer lowers the objective. */
const MAX_RELAXATION = 1.98;
/** Next to 1 it would save no sweep, and the change of relaxation costs the stopping rule two. */
const LEAST_RELAXATION = 1.05;
/**
 * Only some types are positive in a spot, so neighbours pull this much less than against the least eigenvalue of all types.
 * Measured: at 1 the true error falls fastest, but errors then turn around each other as they shrink, which the stopping
 * rule has to take for slow; at 1.75 it sees what is there and the run ends sooner.
 */
const PULL_SHARE = 1 / 1.75;

/**
 * The relaxation of the classical theory (Young 1954), 2 / (1 + sqrt(1 - R^2)), for R = pull / (1 + pull): the rate at
 * which errors shrink when all spots are updated at once.
 */
export function chooseRelaxation(pull: number): number {
  const effective = PULL_SHARE * pull;
  const rate = effective === Infinity ? 1 : effective / (1 + effective);
  const relaxation = 2 / (1 + Math.sqrt(1 - rate * rate));
  return relaxation < LEAST_RELAXATION ? 1 : Math.min(relaxation, MAX_RELAXATION);
}
