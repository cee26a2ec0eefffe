/** Strengths in neighbouring steps of the search differ by this factor, where it has to go beyond the candidates. */
const STEP = 2;
/** Strengths above 0 tried upwards at most: enough for a factor of 128 beyond the candidates. */
const MOST_STRENGTHS = 12;
/** Beyond the candidates the search ends where a step takes less than this share of the error away: all spots are nearly one by then. */
const SLIGHT = 0.01;
/** Halvings below the least candidate. */
const MOST_HALVINGS = 4;
/** A strength whose loss is above the least by more standard errors than this, and growing, ends the search. */
const TOO_STRONG = 4;

/** Strengths tried, with the loss of each spot. */
export type Search = ReadonlyMap<number, Float64Array>;

export interface Least {
  readonly strength: number;
  readonly losses: Float64Array;
  readonly mean: number;
}

/**
 * Tries strengths upwards from 0, up to `most`, then between 0 and the least candidate where the least loss is there.
 *
 * @param truth mean loss that the truth would have
 */
export async function search(
  lossesOf: (strength: number) => Promise<Float64Array>,
  candidates: readonly number[],
  truth: number,
  most = Number.POSITIVE_INFINITY,
): Promise<Search> {
  const tried = new Map<number, Float64Array>();
  const tryOut = async (strength: number) => tried.set(strength, await lossesOf(strength));
  await tryOut(0);
  let previous = 0;
  for (let i = 0; i < MOST_STRENGTHS; i++) {
    const next = candidates[i] ?? previous * STEP;
    if (!(next > 0 && next <= Math.min(most, Number.MAX_VALUE))) break;
    const before = leastOf(tried).mean;
    await tryOut(next);
    const losses = tried.get(next) as Float64Array;
    const { losses: least, strength, mean } = leastOf(tried);
    const isTooStrong = meanOf(losses) - mean > TOO_STRONG * pairedError(losses, least);
    const isSlight = before - mean <= SLIGHT * Math.max(0, mean - truth);
    const isBeyond = i + 1 >= candidates.length;
    if ((strength < next && (isTooStrong || isBeyond)) || (isBeyond && isSlight)) break;
    previous = next;
  }
  for (let i = 0; i < MOST_HALVINGS; i++) {
    const [, lowest] = [...tried.keys()].sort((a, b) => a - b);
    if (lowest === undefined || leastOf(tried).strength !== lowest) break;
    await tryOut(lowest / STEP);
  }
  return tried;
}

export function leastOf(tried: Search): Least {
  let best: Least = { strength: 0, losses: new Float64Array(0), mean: Number.POSITIVE_INFINITY };
  for (const [strength, losses] of tried) {
    const mean = meanOf(losses);
    if (mean < best.mean) best = { strength, losses, mean };
  }
  return best;
}

export function strongest(tried: Search): number {
  return Math.max(...tried.keys());
}

export function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard error of the mean difference, paired by spot. */
export function pairedError(a: Float64Array, b: Float64Array): number {
  const count = a.length;
  if (count < 2) return 0;
  const mean = meanOf(a) - meanOf(b);
  let squares = 0;
  for (let i = 0; i < count; i++) squares += (a[i] - b[i] - mean) ** 2;
  return Math.sqrt(squares / (count - 1) / count);
}
