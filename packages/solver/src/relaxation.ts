/** Over-relaxation is kept below this: at 2 the sweep no longer lowers the objective. */
const MAX_RELAXATION = 1.995;
/** Next to 1 it would save no sweep, and the change of relaxation costs the stopping rule two. */
const LEAST_RELAXATION = 1.05;
/**
 * Only some types are positive in a spot, so neighbours pull this much less than against the least eigenvalue of all types.
 * Measured: at 1 the true error falls fastest, but errors then turn around each other as they shrink, which the stopping
 * rule has to take for slow; at 1.75 it sees what is there and the run ends sooner.
 */
const PULL_SHARE = 1 / 1.75;

/** Types that nothing tells apart pull without limit, and then no rate means anything; a pull beyond this counts as this. */
const GREATEST_PULL = 1e6;
/** The pull is that of a spot of mean degree; where a spot has more neighbours it is greater. */
const DEGREE_SPREAD = 1.5;

/** The relaxation of the classical theory (Young 1954): 2 / (1 + sqrt(1 - R^2)), where R is the Jacobi rate. */
export function chooseRelaxation(pull: number): number {
  const rate = jacobiRate(PULL_SHARE * pull);
  const relaxation = 2 / (1 + Math.sqrt(1 - rate * rate));
  return relaxation < LEAST_RELAXATION ? 1 : Math.min(relaxation, MAX_RELAXATION);
}

/**
 * How many times its last change a sequence of sweeps may still have to go, at worst. Without over-relaxation it is the
 * pull: a plain sweep contracts by the Jacobi rate in the largest spot-wise norm. With it, the slowest rate z of the
 * classical theory, (z + w - 1)^2 = z w^2 R^2, gives z / (1 - z).
 */
export function greatestRemainder(pull: number, relaxation: number): number {
  const bounded = Math.min(DEGREE_SPREAD * pull, GREATEST_PULL);
  if (relaxation === 1) return bounded;
  const linear = relaxation * jacobiRate(bounded);
  const discriminant = linear * linear - 4 * (relaxation - 1);
  const rate = discriminant <= 0 ? relaxation - 1 : ((linear + Math.sqrt(discriminant)) / 2) ** 2;
  return rate / (1 - rate);
}

/** The rate at which errors shrink when all spots are updated at once. */
function jacobiRate(pull: number): number {
  return pull === Infinity ? 1 : pull / (1 + pull);
}
